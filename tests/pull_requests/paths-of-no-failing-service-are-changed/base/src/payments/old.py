some code that is moved as it is
