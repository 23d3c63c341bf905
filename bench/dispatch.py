#!/usr/bin/env python3
"""2,000 OpenStack actions over two regions, against libcurl's multi interface with the same requests.

usage: bench/dispatch.py DISPATCH_BENCH

DISPATCH_BENCH is the program of that name of a release build. The server is nginx (Debian's nginx-light), one
port for each region; without it a line says so. Both sides are measured in turn, several times; the ratio is
that of their medians.
"""
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

CONFIGURATION = """\
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log {folder}/errors;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  keepalive_requests 1000000;
  server {{
    listen 127.0.0.1:{ports[0]};
    listen 127.0.0.1:{ports[1]};
    default_type application/json;
    location / {{ return 200 '{answer}'; }}
  }}
}}
"""
ANSWER = json.dumps({"images": [{"id": f"image-{i}", "name": f"name-{i}", "status": "active"} for i in range(5)]})


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def wait_for(port):
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
    sys.exit("nginx does not answer")


def main():
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if nginx is None:
        print("skipped: nginx is not installed (apt-get install nginx-light)")
        return
    with tempfile.TemporaryDirectory() as folder:
        ports = free_ports(2)
        configuration = pathlib.Path(folder) / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(folder=folder, ports=ports, answer=ANSWER))
        server = subprocess.Popen([nginx, "-p", folder, "-c", str(configuration)], stderr=subprocess.DEVNULL)
        try:
            wait_for(ports[1])
            done = subprocess.run(
                [sys.argv[1], *(f"http://127.0.0.1:{port}" for port in ports), "--benchmark_format=json",
                 "--benchmark_repetitions=7", "--benchmark_enable_random_interleaving=true"],
                capture_output=True, text=True, check=True)
        finally:
            server.terminate()
            server.wait()
    medians = {row["run_name"].split("/")[0]: row for row in json.loads(done.stdout)["benchmarks"]
               if row.get("aggregate_name") == "median"}
    for name, row in medians.items():
        print(f"{name:14} {row['real_time']:8.1f} ms, {row['cpu_time']:8.1f} ms of CPU for 2,000 calls")
    bare, ours = medians["bare_libcurl"], medians["actions"]
    print(f"ratio          {ours['real_time'] / bare['real_time']:8.2f}     {ours['cpu_time'] / bare['cpu_time']:8.2f}")


if __name__ == "__main__":
    main()
