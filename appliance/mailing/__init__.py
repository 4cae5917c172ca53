"""One e-mail to a mail server: how it is made, where it may go, what the server says of it."""
