create table t (a int, b int); create statistics st (ndistinct, dependencies) on a, b from t; create statistics on a, b from t;
