"""The machine under Balie: its certificates, its versions, its copies, its care; knows no SQL."""
