namespace gregale {}
