"""A program that carries out actions and misbehaves as it is told; speaks the protocol without any library."""
import json
import os
import sys
import time


def send(**message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def receive():
    line = sys.stdin.readline()
    if not line:
        sys.exit(0)
    return json.loads(line)


def fault(kind):
    if kind == "crash":
        sys.stderr.write("something broke\n")
        os._exit(3)
    if kind == "abort":
        os.abort()
    if kind == "hang":
        time.sleep(3600)
    if kind == "deaf":  # keeps its output open, but ends otherwise
        os.close(0)
        time.sleep(3600)
    if kind == "garbage":
        print("this is no message", flush=True)
    if kind == "array":
        print("[1, 2]", flush=True)
    if kind == "utf8":
        sys.stdout.buffer.write(b'{"type": "log", "message": "\xff\xfe"}\n')
        sys.stdout.flush()
    if kind == "flood":  # 1 GB without an end of line
        for _ in range(1024):
            sys.stdout.write("x" * (1 << 20))
    if kind == "flood_lines":
        line = json.dumps({"type": "log", "message": "x" * 10000}) + "\n"
        for _ in range(100_000):
            sys.stdout.write(line)
    if kind == "memory":
        try:
            bytearray(1 << 31)
        except MemoryError:
            os._exit(9)
    if kind == "other_id":
        send(type="result", id="somebody else", data=1)
    if kind == "both":
        return {"data": 1, "error": "x"}
    if kind == "accept":
        return {"type": "accepted"}
    return {}


while True:
    message = receive()
    if message["type"] == "describe":
        fault(os.environ.get("DESCRIBE", ""))
        send(type="description", protocol=int(os.environ.get("SPEAKS", "1")),
             actions={"faults.described": {"description": "From the program."}})
        continue
    if message["type"] == "cancel":
        continue
    given, identity, name = message["input"], message["id"], message["action"]
    reply = {"type": "result", "id": identity}
    if message["type"] == "test":
        reply.update(fault(given.get("on_test", "")))
        send(**{"data": "would do it", **reply})
    elif name == "faults.environment":
        send(data=dict(os.environ), **reply)
    elif name == "faults.process":
        send(data=os.getpid(), **reply)
        if given.get("end"):
            sys.exit(0)
    elif name == "faults.context":
        send(data=message["context"], **reply)
    elif name == "faults.wait_for_cancel":
        other = receive()
        with open(given["file"], "w", encoding="utf-8") as f:
            json.dump([other, identity], f)
        send(cancel=True, **reply)
    elif name == "faults.deep":
        if given["depth"] == 0:
            send(data=os.getpid(), **reply)
            continue
        send(type="call-action", id=identity, call=1, action="faults.deep", input={"depth": given["depth"] - 1})
        answer = receive()
        if answer["state"] == "SUCCESS":
            send(data=answer["data"], **reply)
        else:
            send(error=answer["message"], **reply)
    elif name == "faults.call":
        send(type="call-action", id=identity, call="a", action=given["action"], input=given["input"])
        fault(given.get("after_call", ""))
        send(data=receive(), **reply)
        fault(given.get("after_result", ""))
    elif name == "faults.later":
        send(type="accepted", id=identity)
    else:
        if given.get("log"):
            send(type="log", id=identity, level="info", message=given["log"])
        reply.update(fault(given.get("kind", "")))
        send(**{"data": given.get("echo"), **reply} if "error" not in reply else reply)
