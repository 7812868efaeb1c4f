create table t (a int, b int); create statistics st (ndistinct) on a, b from t;
