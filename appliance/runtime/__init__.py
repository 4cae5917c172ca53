"""The one place that knows all parts and wires them together."""
