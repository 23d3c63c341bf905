#!/usr/bin/env python3
"""The database workflows and commands against a stub of two regions: what they send, and what they make of the answers.

usage: database_test.py GREGALE
"""
import hashlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

GREGALE = ""
REGIONS = ["RegionOne", "RegionTwo"]
SERVICES = {"image": "", "compute": "/v2.1", "volumev3": "/v3/p", "database": "/v1.0/p"}


class Cloud:
    """Keystone, Glance, Nova, Cinder and Trove of two regions, as far as the workflows ask them."""

    def __init__(self):
        self.requests = []  # (method, region, path without the region, body)
        self.images = {r: {} for r in REGIONS}  # id: record; `data` are bytes
        self.flavors = {r: [flavor("2", "small")] for r in REGIONS}
        self.instances = {r: {} for r in REGIONS}
        self.clusters = {r: {} for r in REGIONS}
        self.backups = {r: {} for r in REGIONS}
        self.servers = {r: {} for r in REGIONS}
        self.volumes = {r: {} for r in REGIONS}
        self.refusing = set()  # kinds of requests that are answered by 400: (method, last word of the path)
        self.holding = None  # (method, last word of the path) of requests that are carried out, but not answered
        self.held = threading.Event()
        self.failing = set()  # names of instances that end in ERROR
        self.garbled = False  # whether data change on their way into an image
        self.number = 0
        self.lock = threading.Lock()
        for region in REGIONS:
            self.add_image(region, "db-image", b"the image")

    def id(self, kind):
        self.number += 1
        return f"{kind}-{self.number}"

    def add_image(self, region, name, data):
        record = {"id": self.id("image"), "name": name, "disk_format": "raw", "container_format": "bare",
                  "visibility": "public", "os_distro": "debian", "tags": ["db"], "status": "queued", "checksum": None,
                  "os_hash_algo": None, "os_hash_value": None, "min_ram": 0, "min_disk": 0, "size": None}
        self.images[region][record["id"]] = record
        if data is not None:
            self.fill(record, data)
        return record

    @staticmethod
    def fill(record, data):
        record.update(data=data, status="active", checksum=hashlib.md5(data).hexdigest(), os_hash_algo="sha512",
                      os_hash_value=hashlib.sha512(data).hexdigest(), size=len(data))

    def sent(self, method, path):
        """Bodies of the requests of that method whose paths end so, with their regions."""
        return [(r, body) for m, r, p, body in self.requests if m == method and p.endswith(path)]

    def answer(self, method, path, query, body):
        if path == "/v3/auth/tokens":
            return 201, self.token()
        _, region, service, *rest = path.split("/")
        path = "/" + "/".join(rest)
        for prefix in ("/v2.1", "/v2", "/v3/p", "/v1.0/p"):
            path = path.removeprefix(prefix)
        self.requests.append((method, region, path, body))
        if (method, path.split("/")[-1]) in self.refusing:
            return 400, {"badRequest": {"code": 400, "message": "Refused."}}
        return getattr(self, service)(method, region, path, query, body)

    def token(self):
        return {"token": {"project": {"id": "p"}, "issued_at": "2026-01-01T00:00:00.000000Z",
                          "expires_at": "2026-01-01T10:00:00.000000Z", "catalog": [
                              {"type": service, "endpoints": [
                                  {"interface": "public", "region_id": region,
                                   "url": f"{self.url}/{region}/{service}{version}"} for region in REGIONS]}
                              for service, version in SERVICES.items()]}}

    def image(self, method, region, path, query, body):
        images = self.images[region]
        shown = lambda record: {k: v for k, v in record.items() if k != "data"}
        if path.startswith("/schemas"):
            return 200, {}
        if path == "/images" and method == "GET":
            name = dict(p.split("=") for p in query.split("&") if p).get("name")
            return 200, {"images": [shown(i) for i in images.values() if name in (None, i["name"])]}
        if path == "/images" and method == "POST":
            record = self.add_image(region, body["name"], None)
            record.update(body)
            return 201, shown(record)
        image = images.get(path.split("/")[2])
        if image is None:
            return 404, {"message": "No image found", "code": "404 Not Found"}
        if path.endswith("/file") and method == "PUT":
            self.fill(image, b"garbled" if self.garbled else body)
            return 204, None
        if path.endswith("/file"):
            return 200, image["data"]
        if method == "DELETE":
            del images[image["id"]]
            return 204, None
        return 200, shown(image)

    def compute(self, method, region, path, query, body):
        if path == "":
            return 200, {"version": {"version": "2.1"}}
        if path == "/flavors/detail":
            return 200, {"flavors": self.flavors[region]}
        servers = self.servers[region]
        if path == "/servers/detail":
            return 200, {"servers": list(servers.values())}
        if path == "/servers":
            wanted = body["server"]
            made = {"id": self.id("server"), "name": wanted["name"], "addresses": {}, "metadata": wanted["metadata"],
                    "image": wanted["imageRef"], "flavor": wanted["flavorRef"],
                    "status": "ERROR" if wanted["name"] in self.failing else "ACTIVE"}
            servers[made["id"]] = made
            return 202, {"server": made}
        server = servers[path.split("/")[2]]
        attached = [{"volumeId": v["id"]} for v in self.volumes[region].values() if v.get("server") == server["id"]]
        if path.endswith("/os-volume_attachments") and method == "POST":
            volume = self.volumes[region][body["volumeAttachment"]["volumeId"]]
            volume.update(server=server["id"], status="in-use")
            return 200, {"volumeAttachment": {"volumeId": volume["id"]}}
        if path.endswith("/os-volume_attachments"):
            return 200, {"volumeAttachments": attached}
        if method == "DELETE":
            del servers[server["id"]]
            for one in attached:
                self.volumes[region][one["volumeId"]].update(server=None, status="available")
            return 204, None
        return 200, {"server": server}

    def volumev3(self, method, region, path, query, body):
        volumes = self.volumes[region]
        if path == "/":
            return 200, {"versions": [{"id": "v3.0", "version": "3.0", "min_version": "3.0"}]}
        if path == "/volumes":
            made = {"id": self.id("volume"), "status": "available", **body["volume"]}
            volumes[made["id"]] = made
            return 202, {"volume": made}
        if path == "/volumes/detail":
            return 200, {"volumes": list(volumes.values())}
        volume = volumes[path.split("/")[2]]
        if method == "DELETE":
            del volumes[volume["id"]]
            return 202, None
        return 200, {"volume": volume}

    def database(self, method, region, path, query, body):
        kind = path.split("/")[1]
        if kind == "datastores":
            image = next(i for i in self.images[region].values() if i["name"] == "db-image")
            versions = [{"id": f"{n}-{region}", "name": v, "image": image["id"]} for n, v in
                        (("old", "5.5"), ("new", "5.6"))]
            return 200, {"datastores": [{"id": d, "name": d, "versions": versions,
                                         "default_version": f"new-{region}"} for d in ("mysql", "percona")]}
        return getattr(self, "database_" + kind)(method, region, path, query, body)

    def database_instances(self, method, region, path, query, body):
        instances = self.instances[region]
        if method == "POST":
            wanted = body["instance"]
            status = "ERROR" if wanted["name"] in self.failing else "ACTIVE"
            made = {"id": self.id("instance"), "name": wanted["name"], "status": status,
                    "flavor": {"id": wanted.get("flavorRef")}, "datastore": wanted.get("datastore"),
                    "volume": wanted.get("volume"), "links": []}
            instances[made["id"]] = made
            return 200, {"instance": made}
        if path == "/instances":  # in pages of two by their ids, each in another order
            marker = dict(p.split("=") for p in query.split("&") if p).get("marker", "")
            return 200, {"instances": [instances[i] for i in sorted(i for i in instances if i > marker)[:2][::-1]]}
        instance = path.split("/")[2]
        if instance not in instances:
            return 404, {"itemNotFound": {"code": 404, "message": "Resource cannot be found."}}
        if method == "DELETE":
            del instances[instance]
            return 202, None
        return 200, {"instance": instances[instance]}

    def database_clusters(self, method, region, path, query, body):
        clusters = self.clusters[region]
        if path == "/clusters":
            made = {"id": self.id("cluster"), "name": body["cluster"]["name"], "task": {"name": "NONE"}, "links": [],
                    "instances": [{"id": self.id("instance"), "status": "ACTIVE", **i}
                                  for i in body["cluster"]["instances"]]}
            clusters[made["id"]] = made
            return 202, {"cluster": made}
        cluster = clusters[path.split("/")[2]]
        if method == "POST" and "grow" in body:
            cluster["instances"] += [{"id": self.id("instance"), "status": "ACTIVE", **i} for i in body["grow"]]
        if method == "POST" and "shrink" in body:
            gone = [i["id"] for i in body["shrink"]]
            cluster["instances"] = [i for i in cluster["instances"] if i["id"] not in gone]
        return 200, {"cluster": cluster}

    def database_backups(self, method, region, path, query, body):
        backups = self.backups[region]
        if method == "POST":
            made = {"id": self.id("backup"), "status": "COMPLETED", "size": 0.1,
                    "locationRef": f"http://swift.{region}/backup", "name": body["backup"]["name"]}
            backups[made["id"]] = made
            return 202, {"backup": made}
        backup = path.split("/")[2]
        if method == "DELETE":
            del backups[backup]
            return 202, None
        return 200, {"backup": backups[backup]}


def flavor(number, name, ram=512):
    return {"id": number, "name": name, "vcpus": 1, "ram": ram, "disk": 1, "extra_specs": {}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        is_json = "json" in self.headers.get("Content-Type", "")
        path, _, query = self.path.partition("?")
        cloud = self.server.cloud
        with cloud.lock:
            holds = (self.command, path.split("/")[-1]) == cloud.holding
            status, answer = cloud.answer(self.command, path, query, json.loads(data) if is_json else data)
        if holds:
            cloud.holding = None
            cloud.held.set()
            self.rfile.read(1)  # until the client goes away
            self.close_connection = True
            return
        content = answer if isinstance(answer, bytes) else b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("X-Subject-Token", "token")
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = handle_any

    def log_message(self, *arguments):
        pass


class Case(unittest.TestCase):
    def setUp(self):
        self.cloud = Cloud()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.cloud = self.cloud
        self.cloud.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.folder = tempfile.TemporaryDirectory()
        clouds = {"clouds": {"stub": {"region_name": "RegionOne", "auth": {
            "auth_url": self.cloud.url, "username": "u", "password": "w", "project_id": "p",
            "user_domain_id": "default"}}}}
        path = pathlib.Path(self.folder.name) / "clouds.yaml"
        path.write_text(json.dumps(clouds))
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("OS_")}
        self.environment["OS_CLIENT_CONFIG_FILE"] = str(path)

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def gregale(self, *arguments, expect=0):
        done = subprocess.run([GREGALE, *arguments, "--cloud", "stub", "--format", "json"], env=self.environment,
                              capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def run_workflow(self, workflow, expect=0, **inputs):
        return self.gregale("run", workflow, "--input", json.dumps(inputs), expect=expect)


class Instances(Case):
    def test_the_options_of_troveclient_reach_trove(self):
        made = self.gregale(
            "database", "create", "m", "--flavor", "small", "--size", "1", "--volume_type", "fast",
            "--databases", "one", "two", "--users", "ann:secret", "--datastore", "mysql", "--datastore_version", "5.6",
            "--nic", "net-id=n,v4-fixed-ip=10.0.0.1", "--availability_zone", "z", "--configuration", "c",
            "--replica_count", "1", "--locality", "affinity", "--backup", "b", "--region", "RegionTwo")
        [(region, body)] = self.cloud.sent("POST", "/instances")
        databases = [{"name": "one"}, {"name": "two"}]
        self.assertEqual((region, body["instance"]), ("RegionTwo", {
            "name": "m", "flavorRef": "2", "volume": {"size": 1, "type": "fast"}, "databases": databases,
            "users": [{"name": "ann", "password": "secret", "databases": databases}],
            "datastore": {"type": "mysql", "version": "5.6"}, "nics": [{"net-id": "n", "v4-fixed-ip": "10.0.0.1"}],
            "availability_zone": "z", "configuration": "c", "replica_count": 1, "locality": "affinity",
            "restorePoint": {"backupRef": "b"}}))
        self.assertEqual((made["instance"]["region"], made["instance"]["status"]), ("RegionTwo", "ACTIVE"))

    def test_a_replica_has_what_its_source_has(self):
        self.gregale("database", "create", "r", "--replica_of", "i", "--region", "RegionTwo")
        [(_, body)] = self.cloud.sent("POST", "/instances")
        self.assertEqual(body["instance"], {"name": "r", "replica_of": "i"})
        refused = self.gregale("database", "create", "m", expect=1)
        self.assertIn("A flavor is needed", refused["error"])

    def test_what_fails_is_removed_or_kept(self):
        self.cloud.failing = {"m"}
        refused = self.gregale("database", "create", "m", "--flavor", "small", "--region", "RegionTwo", expect=1)
        self.assertIn("did not become ACTIVE; its status is ERROR; it was removed", refused["error"])
        self.assertEqual(self.cloud.instances["RegionTwo"], {})
        refused = self.gregale("database", "create", "m", "--flavor", "small", "--region", "RegionTwo", "--keep",
                               expect=1)
        self.assertIn("it was kept", refused["error"])
        self.assertEqual(len(self.cloud.instances["RegionTwo"]), 1)

    def test_a_creation_that_no_answer_told_of_is_found_again(self):
        self.gregale("database", "create", "m", "--flavor", "small", "--region", "RegionTwo")  # another of the name
        store = str(pathlib.Path(self.folder.name) / "store.db")
        self.cloud.holding = ("POST", "instances")
        process = subprocess.Popen([GREGALE, "database", "create", "m", "--flavor", "small", "--region", "RegionTwo",
                                    "--cloud", "stub", "--db", store], env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.assertTrue(self.cloud.held.wait(120))
        process.kill()
        process.wait()
        [execution] = json.loads(subprocess.run([GREGALE, "execution", "list", "--db", store, "--format", "json"],
                                                capture_output=True, text=True).stdout)
        document = self.gregale("execution", "resume", execution["id"], "--db", store)
        self.assertEqual(document["state"], "SUCCESS")
        self.assertEqual(len(self.cloud.sent("POST", "/instances")), 2)
        self.assertEqual(document["output"]["instance"]["id"], sorted(self.cloud.instances["RegionTwo"])[1])

    def create_directly(self, expect=0, *options):
        return self.gregale("database", "create", "m", "--flavor", "small", "--size", "1", "--region", "RegionTwo",
                            "--mode", "direct", *options, expect=expect)

    def test_a_server_and_a_volume_in_place_of_troves(self):
        made = self.create_directly()["instance"]
        [server], [volume] = (list(of["RegionTwo"].values()) for of in (self.cloud.servers, self.cloud.volumes))
        self.assertEqual((made["id"], made["volume_id"], volume["server"]), (server["id"], volume["id"], server["id"]))
        self.assertEqual(server["image"], next(iter(self.cloud.images["RegionTwo"])))
        self.assertEqual(server["metadata"], {"database.datastore": "mysql", "database.version": "5.6",
                                              "database.home": "RegionOne", "database.volume": volume["id"]})
        self.assertEqual([i["mode"] for i in self.gregale("database", "list")["instances"]], ["direct"])
        self.gregale("database", "delete", "m")
        self.assertEqual((self.cloud.servers["RegionTwo"], self.cloud.volumes["RegionTwo"]), ({}, {}))

    def test_a_failure_at_each_step_leaves_nothing_behind(self):
        for step in (("POST", "volumes"), ("POST", "servers"), ("POST", "os-volume_attachments"), "ERROR"):
            with self.subTest(step=step):
                self.cloud.refusing = {step} if step != "ERROR" else set()
                self.cloud.failing = {"m"} if step == "ERROR" else set()
                refused = self.create_directly(1)
                self.assertRegex(refused["error"], "(Refused|is ERROR).*; what was made has been removed")
                self.assertEqual((self.cloud.servers["RegionTwo"], self.cloud.volumes["RegionTwo"]), ({}, {}))
        self.assertIn("what was made is kept", self.create_directly(1, "--keep")["error"])
        self.assertEqual((len(self.cloud.servers["RegionTwo"]), len(self.cloud.volumes["RegionTwo"])), (1, 1))

    def test_nothing_is_made_where_something_differs(self):
        self.cloud.flavors["RegionTwo"] = [flavor("9", "small", ram=1024)]
        refused = self.gregale("database", "create", "m", "--flavor", "small", "--region", "RegionTwo", expect=1)
        self.assertIn("RegionOne has 1 vCPUs, 512 MiB RAM", refused["error"])
        self.assertIn("RegionTwo has 1 vCPUs, 1024 MiB RAM", refused["error"])
        self.assertEqual(self.cloud.sent("POST", "/instances"), [])

    def test_list_show_and_delete(self):
        for region in REGIONS:
            self.gregale("database", "create", "in-" + region, "--flavor", "small", "--region", region)
        listed = self.gregale("database", "list")["instances"]
        self.assertEqual(sorted((i["name"], i["region"]) for i in listed), [("in-" + r, r) for r in REGIONS])
        for name in ("b", "c", "d", "e"):
            self.gregale("database", "create", name, "--flavor", "small", "--region", "RegionTwo")
        listed = self.gregale("database", "list")["instances"]
        self.assertEqual(sorted(i["name"] for i in listed), ["b", "c", "d", "e", "in-RegionOne", "in-RegionTwo"])
        for name in ("b", "c", "d", "e"):
            self.gregale("database", "delete", name)
        listed = self.gregale("database", "list", "--region", "RegionTwo")["instances"]
        self.assertEqual([i["region"] for i in listed], ["RegionTwo"])
        shown = self.gregale("database", "show", "in-RegionTwo")["instance"]
        self.assertEqual((shown["region"], shown["flavor_id"]), ("RegionTwo", "2"))
        self.gregale("database", "delete", "in-RegionTwo")
        self.assertEqual((len(self.cloud.instances["RegionOne"]), self.cloud.instances["RegionTwo"]), (1, {}))
        missing = self.gregale("database", "show", "in-RegionTwo", expect=1)
        self.assertEqual(missing["error"], "There is no database instance in-RegionTwo in any region")

    def test_ones_own_workflow_takes_the_place_of_one_that_is_called(self):
        own = pathlib.Path(self.folder.name) / "own.yaml"
        own.write_text("version: '2.0'\nflavor.verify_same:\n  input: [name, regions]\n"
                       "  output: {flavors: {RegionOne: {id: mine}, RegionTwo: {id: mine}}}\n"
                       "  tasks: {trust: {action: std.noop}}\n")
        self.gregale("run", "database.instance_create", str(own), "--input",
                     json.dumps({"name": "m", "flavor": "small", "region": "RegionTwo"}))
        [(_, body)] = self.cloud.sent("POST", "/instances")
        self.assertEqual(body["instance"]["flavorRef"], "mine")


    def test_a_file_that_calls_and_extends_them_still_has_one_workflow_to_run(self):
        child = pathlib.Path(self.folder.name) / "child.yaml"
        child.write_text("version: '2.0'\ndialect: gregale/1\nchild:\n  extends: database.instance_create\n"
                         "  input: [{flavor: small}]\n  tasks:\n    create: {override: merge, on-success: check_image}\n"
                         "    check_image:\n      workflow: image.verify_same\n"
                         "      input: {name: db-image, regions: [RegionOne, RegionTwo]}\n")
        document = self.gregale("run", str(child), "-i", "name=m", "-i", "region=RegionTwo")
        self.assertEqual((document["workflow_name"], document["state"]), ("child", "SUCCESS"))
        self.assertEqual([t["name"] for t in document["tasks"]], ["check", "create", "check_image"])


class Clusters(Case):
    def members(self, *regions, more=""):
        return [o for region in regions for o in ("--instance", f"flavor=2,volume=100,region={region}{more}")]

    def test_a_cluster_of_the_home_region_is_told_the_region_of_each_member(self):
        made = self.gregale("database", "cluster-create", "products", "percona", "5.5", "--mode", "cluster",
                            *self.members("RegionOne", "RegionOne", "RegionTwo"))["cluster"]
        [(region, body)] = self.cloud.sent("POST", "/clusters")
        self.assertEqual(region, "RegionOne")
        cluster = {k: v for k, v in body["cluster"].items() if v is not None}
        for instance in cluster["instances"]:
            self.assertEqual(instance.pop("region_name"), instance["region"])
        self.assertEqual(cluster, {
            "name": "products", "datastore": {"type": "percona", "version": "5.5"},
            "instances": [{"flavorRef": "2", "volume": {"size": 100}, "region": r}
                          for r in ("RegionOne", "RegionOne", "RegionTwo")]})
        self.gregale("database", "cluster-grow", made["id"], "--mode", "cluster",
                     "--instance", "name=member-5,type=master,flavor=small,volume=2",
                     "--instance", "name=member-6,type=slave,related_to=member-5,flavor=small,volume=2,"
                                   "region=RegionTwo")
        _, grown = self.cloud.sent("POST", "/clusters/" + made["id"])[0]
        for instance in grown["grow"]:
            self.assertEqual(instance.pop("region_name"), instance["region"])
        self.assertEqual(grown, {"grow": [
            {"name": "member-5", "type": "master", "flavorRef": "2", "volume": {"size": 2}, "region": "RegionOne"},
            {"name": "member-6", "type": "slave", "related_to": "member-5", "flavorRef": "2", "volume": {"size": 2},
             "region": "RegionTwo"}]})
        self.gregale("database", "cluster-shrink", made["id"], "x", "--mode", "cluster")
        self.assertEqual(self.cloud.sent("POST", "/clusters/" + made["id"])[1][1], {"shrink": [{"id": "x"}]})

    def test_members_of_several_regions(self):
        made = self.gregale("database", "cluster-create", "c", "mysql", "5.6",
                            *self.members("RegionOne", "RegionTwo", "RegionTwo"))["cluster"]
        self.assertEqual([(i["name"], i["region"]) for i in made["instances"]],
                         [("c-member-1", "RegionOne"), ("c-member-2", "RegionTwo"), ("c-member-3", "RegionTwo")])
        grown = self.gregale("database", "cluster-grow", "c", *self.members("RegionTwo"))["cluster"]
        self.assertEqual([i["name"] for i in grown["instances"]], ["c-member-4"])
        self.gregale("database", "cluster-shrink", "c", "c-member-2", "c-member-4")
        self.assertEqual([i["name"] for i in self.cloud.instances["RegionTwo"].values()], ["c-member-3"])

    def test_all_checks_come_before_anything_is_made(self):
        self.cloud.flavors["RegionTwo"] = []
        refused = self.gregale("database", "cluster-create", "c", "mysql", "5.6",
                               *self.members("RegionOne", "RegionTwo"), expect=1)
        self.assertIn("The flavor small is not in every region", refused["error"])
        self.assertEqual(self.cloud.sent("POST", "/instances"), [])

    def test_too_few_members_leave_nothing_behind(self):
        self.cloud.failing = {"c-member-2"}
        arguments = ["database", "cluster-create", "c", "mysql", "5.6",
                     *self.members("RegionOne", "RegionTwo", "RegionTwo")]
        refused = self.gregale(*arguments, expect=1)
        self.assertIn("Only 2 of 3 members became ACTIVE; they were removed", refused["error"])
        self.assertEqual(self.cloud.instances, {r: {} for r in REGIONS})
        made = self.gregale(*arguments, "--at-least", "2")["cluster"]
        self.assertEqual([i["name"] for i in made["instances"]], ["c-member-1", "c-member-3"])
        self.assertEqual([f["name"] for f in made["failed"]], ["c-member-2"])

    def test_options_that_cannot_be_read(self):
        for text, message in (("flavor=2,flavour=3", "'flavour' is none of"), ("volume=1", "has no flavor"),
                              ("flavor=2,volume=big", "no whole number"), ("flavor", "KEY=VALUE")):
            done = subprocess.run([GREGALE, "database", "cluster-grow", "c", "--instance", text], capture_output=True,
                                  text=True, env=self.environment)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr)


class Replicas(Case):
    def test_a_replica_is_restored_from_a_backup_that_tells_its_region(self):
        self.gregale("database", "create", "m", "--flavor", "small", "--size", "3")
        [source] = self.cloud.instances["RegionOne"]
        document = self.run_workflow("database.replicate_to_region", instance="m", region="RegionTwo")
        self.assertEqual(document["state"], "SUCCESS")
        (home, first), (other, second) = self.cloud.sent("POST", "/backups")
        self.assertEqual((home, other), ("RegionOne", "RegionTwo"))
        self.assertEqual((first["backup"]["instance"], first["backup"]["description"]),
                         (source, f"region=RegionOne instance={source}"))
        self.assertEqual(second["backup"]["restore_from"], {
            "remote_location": "http://swift.RegionOne/backup", "local_datastore_version_id": "new-RegionTwo",
            "size": 0.1})
        region, body = self.cloud.sent("POST", "/instances")[-1]
        self.assertEqual(region, "RegionTwo")
        self.assertEqual(body["instance"]["volume"], {"size": 3})
        self.assertIn("backupRef", body["instance"]["restorePoint"])
        self.assertEqual(document["output"]["instance"]["replica_of_region"], "RegionOne")
        self.assertEqual(self.cloud.backups, {r: {} for r in REGIONS})

    def test_a_replica_that_fails_leaves_nothing_behind(self):
        self.gregale("database", "create", "m", "--flavor", "small")
        self.cloud.failing = {"copy"}
        document = self.run_workflow("database.replicate_to_region", expect=1, instance="m", region="RegionTwo",
                                     name="copy")
        self.assertIn("did not become ACTIVE", document["state_info"])
        self.assertEqual(self.cloud.backups, {r: {} for r in REGIONS})
        self.assertEqual(self.cloud.instances["RegionTwo"], {})


class Images(Case):
    def test_an_image_is_copied_with_its_data_and_properties(self):
        data = os.urandom(3_000_000)
        self.cloud.add_image("RegionOne", "big", data)
        document = self.run_workflow("image.copy_to_region", name="big", region="RegionTwo")
        [copy] = [i for i in self.cloud.images["RegionTwo"].values() if i["name"] == "big"]
        self.assertEqual(copy["data"], data)
        self.assertEqual((copy["os_distro"], copy["tags"], copy["visibility"]), ("debian", ["db"], "private"))
        self.assertTrue(document["output"]["copied"])
        again = self.run_workflow("image.copy_to_region", name="big", region="RegionTwo")
        self.assertEqual((again["output"]["copied"], again["output"]["image"]["id"]), (False, copy["id"]))

    def test_data_that_change_on_their_way_are_removed(self):
        self.cloud.add_image("RegionOne", "big", b"data")
        self.cloud.garbled = True
        document = self.run_workflow("image.copy_to_region", expect=1, name="big", region="RegionTwo")
        self.assertIn("have changed on their way", document["state_info"])
        self.assertIn("the copy was removed", document["state_info"])
        self.assertEqual([i["name"] for i in self.cloud.images["RegionTwo"].values()], ["db-image"])

    def test_another_image_of_the_name_stays_as_it_is(self):
        self.cloud.add_image("RegionOne", "big", b"data")
        self.cloud.add_image("RegionTwo", "big", b"other")
        document = self.run_workflow("image.copy_to_region", expect=1, name="big", region="RegionTwo")
        self.assertIn("with other data", document["state_info"])
        self.assertEqual(self.cloud.sent("POST", "/images"), [])


class Commands(unittest.TestCase):
    def gregale(self, *arguments):
        return subprocess.run([GREGALE, *arguments], capture_output=True, text=True)

    def test_every_workflow_that_comes_along_is_strictly_valid_and_shown(self):
        listed = json.loads(self.gregale("workflow", "list", "--format", "json").stdout)
        self.assertIn("database.instance_create", [one["name"] for one in listed])
        for one in listed:
            done = self.gregale("validate", "--strict", one["name"])
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "The file is valid.\n", ""), one)
            self.assertIn(one["name"] + ":", self.gregale("workflow", "show", one["name"]).stdout)
            self.assertTrue(one["description"], one)

    def test_inheritance_is_shown_of_them_too(self):
        flat = self.gregale("compile", "--emit", "flat", "image.verify_same")
        self.assertEqual(flat.returncode, 0, flat.stderr)
        self.assertIn("glance.images_list", flat.stdout)
        where = self.gregale("explain", "--at", "image.verify_same.tasks.find.action", "image.verify_same")
        self.assertIn("gregale:image.yaml", where.stdout)

    def test_unknown_names_are_told(self):
        done = self.gregale("workflow", "show", "image.verify_sam")
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean image.verify_same?", done.stderr)


if __name__ == "__main__":
    GREGALE = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
