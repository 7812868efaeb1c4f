create sequence s start with 5; create sequence gone;
