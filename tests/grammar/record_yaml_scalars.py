#!/usr/bin/env python3
"""Writes what PyYAML makes of plain scalars, as JSON lines: {"text", "value"}.

usage: record_yaml_scalars.py > yaml_scalars.jsonl

Dates are {"local", "offset"}, numbers that JSON does not know {"float"}; text that PyYAML recognizes but cannot convert is expected to stay text.
"""
import datetime
import json
import math

import yaml

WORDS = """
yes Yes YES yEs y Y no No NO n true True TRUE tRue false False FALSE on On ON oN off Off OFF
null Null NULL nUll ~ ~~
0 00 0_ 01 010 0777 08 09 0o7 -010 +010 0x10 0X10 0xfF -0x1F 0b11 0b2 -0b11 0b1_0 1_000 _1 1__0 1_
-1 +1 -0 12345678901234567890123 -99999999999999999999
1:30 1:60 1:5 0:30 10:20:30 1:2:3:4 -1:30 +1:30 1:30.5 -1:30.25 0:30.5 190:20:30 22:30 1:3
1.5 1. .5 -.5 +.5 1.5e3 1.0e+3 1e3 1E5 1.e+3 1.5e-3 1_0.5 1.5_5 -1.5 +1.5 . .. ._1 .1_ 1.5.2
1.0e400 1.0e+400 1.0e-400 6.02e+23 .inf -.inf +.inf .Inf .INF .iNf .nan .NaN .NAN .Nan inf nan
2024-05-01 2024-5-1 2024-13-01 2024-05-01T10:20:30 2024-05-01t10:20:30.5 2024-05-01T10:20:30Z
2024-05-01T10:20:30+02:00 2024-05-01T10:20:30-5 2024-05-01T1:20:30 2024-05-01T10:20
2024-05-01T25:00:00 2024-05-01T10:20:30.123456789Z 20240501 2024-05 0000-01-01
abc a-b 1a 12abc 1,000 1-2 -- + 1=2 $.x 100% 1/2 v1.2.3 1.2.3.4 1e 0x 0b 0xg 0b_ 0x_ =
""".split() + ["2024-05-01 10:20:30", "2024-05-01 10:20:30 +02:00"]


def moment(value):
    offset = value.utcoffset()
    return {"local": value.replace(tzinfo=None).isoformat(timespec="microseconds"),
            "offset": int(offset.total_seconds()) if offset else 0}


def record(text):
    try:
        value = yaml.safe_load("k: " + text)["k"]
    except (ValueError, OverflowError, yaml.YAMLError):
        return text
    if isinstance(value, datetime.datetime):
        return moment(value)
    if isinstance(value, datetime.date):
        return moment(datetime.datetime(value.year, value.month, value.day))
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(value)}
    return value


for word in WORDS:
    print(json.dumps({"text": word, "value": record(word)}))
