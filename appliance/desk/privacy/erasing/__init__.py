"""The erasure of a person: asked for, previewed, done step by step, and proven to be done."""
