#!/usr/bin/env python3
"""Gives secrets to `gregale` and looks for them in everything that it writes.

usage: canary_test.py GREGALE

A stub of Keystone and of a service receives them, repeats them in its answers and errors, and so shows that
they were really sent. They must be found in nothing but what the server received: not in standard output and
error, not in the store and the files beside it.
"""
import http.server
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

CANARY = "canary-5ec2e7-4711"
WORKFLOW = """\
version: '2.0'
main:
  input: [url]
  custom_context:
    header: {type: string, required: true, secret: true}
  output: {echoed: <% $.echoed %>}
  output-on-error: {servers: <% task(servers).result %>, state: <% task(servers).state_info %>}
  tasks:
    call:
      action: std.http url="<% $.url %>/echo"
      input: {headers: {X-Secret: "key <% custom_context(header) %>"}}
      publish: {echoed: <% task().result.content %>}
      on-success: slow
    slow:
      action: std.http url="<% $.url %>/slow"
      input: {headers: {X-Secret: <% custom_context(header) %>}}
      safe-rerun: true
      on-complete: servers
    servers:
      action: nova.servers_list
"""


class Stub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    received = []
    release = threading.Event()

    def log_message(self, *arguments):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        Stub.received.append(f"{self.path} {dict(self.headers)} {body}")
        base = f"http://127.0.0.1:{self.server.server_port}"
        headers, status = {}, 200
        if self.path == "/v3/auth/tokens":
            endpoint = {"interface": "public", "region_id": "RegionOne", "url": base + "/nova"}
            answer = {"token": {"catalog": [{"type": "compute", "endpoints": [endpoint]}],
                                "project": {"id": "p"}, "issued_at": "2026-01-01T00:00:00Z",
                                "expires_at": "2026-01-01T01:00:00Z"}}
            status, headers = 201, {"X-Subject-Token": f"token-{CANARY}"}
        elif self.path == "/slow":
            Stub.release.wait(60)
            answer = {}
        elif self.path.startswith("/nova"):
            status = 403
            answer = {"forbidden": {"code": 403, "message": f"no {json.dumps(dict(self.headers))} {CANARY}-password"}}
        else:
            answer = {"you": dict(self.headers)}
        data = json.dumps(answer).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(data)
        except BrokenPipeError:  # the process that asked was killed
            pass

    do_GET = do_POST = answer


def main():
    gregale = sys.argv[1]
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "wf.yaml").write_text(WORKFLOW)
        auth = {"auth_url": url, "user_id": "u", "password": CANARY + "-password", "project_id": "p"}
        (folder / "context.json").write_text(json.dumps({"header": CANARY, "os": {"auth": auth}}))
        kept = {"wf.yaml", "context.json", "store.db.key"}
        shown = []

        def run(*arguments):
            done = subprocess.run([gregale, *arguments], cwd=folder, capture_output=True, text=True, timeout=120)
            shown.append(f"{done.stdout}\n{done.stderr}")
            return done

        # A process that is killed while a secret is on its way, and one that carries the execution on.
        start = ["run", "wf.yaml", "-i", f"url={url}", "--custom-context", "@context.json", "--db", "store.db"]
        process = subprocess.Popen([gregale, *start], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        deadline = time.monotonic() + 60
        while not any(r.startswith("/slow") for r in Stub.received) and time.monotonic() < deadline:
            time.sleep(0.02)
        limits = pathlib.Path(f"/proc/{process.pid}/limits").read_text()
        assert any(line.split()[:5] == ["Max", "core", "file", "size", "0"] for line in limits.splitlines()), limits
        process.send_signal(signal.SIGKILL)
        shown.append("".join(process.communicate()))
        Stub.release.set()
        first = len(Stub.received)
        execution = json.loads(run("execution", "list", "--db", "store.db", "--format", "json").stdout)[0]["id"]
        run("execution", "show", execution, "--db", "store.db")
        done = run("execution", "resume", execution, "--db", "store.db", "--format", "json")
        document = json.loads(done.stdout)
        assert document["state"] == "ERROR", done
        again = [r for r in Stub.received[first:] if r.startswith("/slow")]
        assert again and CANARY in again[0], "the secret was not sent again after the restart"
        assert any(CANARY + "-password" in r for r in Stub.received), "the password was not sent"
        assert any("/nova" in r and "token-" + CANARY in r for r in Stub.received), "the token was not sent"
        for format_name in ("text", "json"):
            run("execution", "show", execution, "--db", "store.db", "--format", format_name)
        sent = len(Stub.received)
        for format_name in ("text", "json"):
            dry = run("run", "wf.yaml", "--dry-run", "-i", f"url={url}", "--custom-context", "@context.json",
                      "--format", format_name)
            # Nova does not tell its versions here, and its answer repeats what it was sent.
            assert dry.returncode == 1 and f"{url}/echo" in dry.stdout and "HTTP 403" in dry.stdout, dry
        asked = [r.split()[0] for r in Stub.received[sent:]]
        assert set(asked) == {"/v3/auth/tokens", "/nova"}, asked  # for a token, and for Nova's versions
        run("action", "test", "nova.servers_list", "--custom-context", "@context.json")
        run("action", "run", "nova.servers_list", "--custom-context", "@context.json")
        run("action", "run", "nova.servers_list", "--custom-context", '{"os": {"auth": {"token": "%s"}}}' % CANARY)
        run("run", "wf.yaml", "--custom-context", '{"header": ["%s"]}' % CANARY, "-i", "url=x")
        run("run", "wf.yaml", "--custom-context", '{"header": "%s' % CANARY, "-i", "url=x")
        run("run", "wf.yaml", "--custom-context", '{"header": %s}' % CANARY, "-i", "url=x")
        run("run", "wf.yaml", "-i", CANARY)
        run("validate", "wf.yaml")
        # Values that people write without quotes, where YAML takes them for something else
        for value in ("'", "*", "&x *", "@", "%", "!!int ", "!", "a: b: ", "[", "{x: ", "\"\\", "|"):
            (folder / "broken.yaml").write_text(f"os:\n  auth:\n    password: {value}{CANARY}\n   x: y\n")
            broken = run("run", "wf.yaml", "--custom-context", "@broken.yaml", "-i", "url=x")
            assert broken.returncode != 0 and "broken.yaml" in broken.stderr + broken.stdout, broken
        kept.add("broken.yaml")

        for text in shown:
            assert CANARY not in text, text
        looked_at = 0
        for file in folder.iterdir():
            if file.name in kept:
                continue
            looked_at += 1
            assert CANARY.encode() not in file.read_bytes(), file.name
        assert looked_at > 0 and (folder / "store.db.key").stat().st_mode & 0o077 == 0
    print("no secret was seen")


if __name__ == "__main__":
    main()
