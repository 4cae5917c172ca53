"""The office's own pages; who comes in and with which rights are the house's pages."""
