"""An OpenStack of two regions in one process: servers, volumes and their attachments, networks, ports.

It keeps what it is asked to make and refuses what a real one refuses: a port is not deleted while its server is
there, nor a volume while it is attached, and what is deleted takes some looks to be gone.
"""
import contextlib
import http.server
import json
import re
import threading

REGIONS = ("RegionOne", "RegionTwo")
PROJECT = "p-1"


class StubCloud:
    def __init__(self):
        self.things = {}  # (region, collection) -> id -> thing
        self.made = []    # (region, collection, body) of each request that makes something
        self.deleted = []  # (region, collection, id) in the order in which deletions were taken
        self.project = PROJECT
        self.looks = 2    # that something deleted survives
        self.refused = set()  # ids that are not deleted
        self.lock = threading.Lock()
        self.hold = None  # called with the moment, "before" or "after" something is made
        self.number = 0
        cloud = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or "null")
                status, document, headers = cloud.handle(self.command, self.path, body)
                text = b"" if document is None else json.dumps(document).encode()
                with contextlib.suppress(ConnectionError):  # whoever asked was killed
                    self.send_response(status)
                    for name, value in {**headers, "Content-Length": str(len(text))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def clouds_yaml(self, **more):
        return json.dumps({"clouds": {"stub": {
            "auth": {"auth_url": self.url + "/v3", "username": "u", "password": "pw", "project_id": "p",
                     "user_domain_id": "default"}, "region_name": "RegionOne", "settling_seconds": 0, **more}}})

    def all(self, collection):
        return {(region, identity) for (region, kind), things in self.things.items() if kind == collection
                for identity in things}

    # ---- requests

    def handle(self, method, path, body):
        path, _, query = path.partition("?")
        if path == "/v3/auth/tokens":
            return 201, self.token(), {"X-Subject-Token": "token"}
        region, service, *rest = path.strip("/").split("/")
        if not rest:
            return 200, {"versions": [{"status": "CURRENT", "version": "3.60"}]}, {}
        if service == "network":
            rest = rest[1:]  # v2.0
        if method == "POST":
            return self.make(region, rest, body)
        with self.lock:
            return self.look_or_delete(method, region, rest, query)

    def token(self):
        catalog = [{"type": kind, "endpoints": [
            {"interface": "public", "region_id": region, "url": "%s/%s/%s" % (self.url, region, kind)}
            for region in REGIONS]} for kind in ("compute", "block-storage", "network")]
        return {"token": {"catalog": catalog, "project": {"id": self.project}, "user": {"id": "u"},
                          "issued_at": "2026-01-01T00:00:00.000000Z", "expires_at": "2026-01-01T09:00:00.000000Z"}}

    def make(self, region, rest, body):
        collection = "/".join(rest)
        kind, wanted = next(iter(body.items()))
        if self.hold:
            self.hold("before")
        with self.lock:
            self.made.append((region, collection, wanted))
            if wanted.get("name") == "refused":
                return 400, {"badRequest": {"code": 400, "message": "not that name"}}, {}
            count = wanted.get("max_count") or 1
            for _ in range(count):
                self.number += 1
                identity = "%s-%d" % (kind, self.number)
                if kind == "volumeAttachment":
                    identity = wanted["volumeId"]
                thing = {**wanted, "id": identity, "status": "ACTIVE"}
                self.things.setdefault((region, collection), {})[identity] = thing
        if self.hold:
            self.hold("after")
        # As the compute service answers: without what was asked for.
        return 202, {kind: {"id": identity} if kind == "server" else thing}, {}

    def look_or_delete(self, method, region, rest, query):
        if rest[-1] == "detail" or len(rest) in (1, 3):
            collection = "/".join(rest[:-1] if rest[-1] == "detail" else rest)
            things = list(self.things.get((region, collection), {}).values())
            if "marker=" in query:
                things = []
            wanted = re.search("description=([^&]*)", query)
            if wanted:
                things = [t for t in things if t.get("description") == wanted.group(1).replace("%3A", ":")]
            return 200, {rest[0].replace("-", "_"): things}, {}
        collection, identity = "/".join(rest[:-1]), rest[-1]
        things = self.things.get((region, collection), {})
        thing = things.get(identity)
        if thing is None:
            return 404, {"itemNotFound": {"code": 404, "message": "no such thing"}}, {}
        if method == "GET":
            if "left" in thing:
                thing["left"] -= 1
                if thing["left"] <= 0:
                    del things[identity]
                    return 404, {"itemNotFound": {"code": 404, "message": "gone"}}, {}
            return 200, {collection.rstrip("s"): thing}, {}
        if identity in self.refused or self.in_use(region, collection, thing):
            return 409, {"conflict": {"code": 409, "message": "%s is in use" % identity}}, {}
        self.deleted.append((region, collection, identity))
        if collection in ("networks", "ports"):
            del things[identity]
        else:
            thing["left"] = self.looks
        return 202, None, {}

    def in_use(self, region, collection, thing):
        def others(kind):
            return self.things.get((region, kind), {}).values()
        if collection == "ports":
            return any(thing["id"] in (n.get("port") for n in s.get("networks") or []) for s in others("servers"))
        if collection == "networks":
            return any(p.get("network_id") == thing["id"] for p in others("ports"))
        if collection == "volumes":
            return any(a["id"] == thing["id"] for (where, kind), attachments in self.things.items()
                       if where == region and kind.endswith("os-volume_attachments") for a in attachments.values())
        return False
