-- Over which channel they called; NULL is a call over the mobile network.
ALTER TABLE missed_call ADD COLUMN channel TEXT;
