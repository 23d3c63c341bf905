"""Databases across the regions of a real OpenStack: cases of testbed_suite.py."""
import json
import os
import signal
import subprocess
import tempfile
import time
import uuid

REGIONS = ["RegionOne", "RegionTwo"]
SMALL = {"flavor": "tb.same", "volume": {"size": 1}}


class DatabaseCases:
    def create(self, cloud="demo-r1", expect=0, **inputs):
        inputs = {"name": f"gregale-{uuid.uuid4().hex[:8]}", **SMALL, "region": "RegionTwo", "image": "tb-same", **inputs}
        return self.gregale_json("run", "database.instance_create", "--cloud", cloud, "--input", json.dumps(inputs),
                                 expect=expect)

    def action(self, action, region, cloud="demo-r1", **inputs):
        return self.gregale_json("action", "run", action, "--cloud", cloud, "--region", region, "--input",
                                 json.dumps(inputs))["output"]

    def private_network(self, region):
        networks = self.action("neutron.list_networks", region, name="private")["networks"]
        return [{"net-id": networks[0]["id"]}]

    def everything(self):
        """What the regions' own lists have of what database instances are made of."""
        lists = {"trove.instances_list": "database", "nova.servers_list": "server", "cinder.volumes_list": "volume"}
        return {(kind, region, one["id"]) for action, kind in lists.items() for region in REGIONS
                for one in self.action(action, region)}

    def stored(self, *arguments):
        """What `gregale execution` says while the store is being made and worked on; None: nothing yet."""
        done = subprocess.run([self.gregale, "execution", *arguments, "--format", "json"], env=self.environment,
                              capture_output=True, text=True)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def tasks_of(self, document):
        """The names of all tasks, with those of sub-workflows."""
        return {n for t in document.get("tasks", []) for n in
                {t["name"]}.union(*(self.tasks_of(w) for w in t["workflow_executions"]))}

    def refused(self, *words, cloud="demo-r1", **inputs):
        before = self.everything()
        message = self.create(cloud, expect=1, **inputs)["state_info"]
        for word in words:
            assert word in message, message
        assert self.everything() == before

    # ---- the cases

    def test_database_in_the_other_region_by_its_trove(self):
        instance = self.create()["output"]["instance"]
        assert (instance["status"], instance["region"]) == ("ACTIVE", "RegionTwo"), instance
        try:
            assert instance["id"] in [i["id"] for i in self.action("trove.instances_list", "RegionTwo")]
            assert instance["id"] not in [i["id"] for i in self.action("trove.instances_list", "RegionOne")]
            shown = self.gregale_json("database", "show", instance["name"], "--cloud", "demo-r1")["instance"]
            assert (shown["id"], shown["region"]) == (instance["id"], "RegionTwo"), shown
        finally:
            self.gregale_json("database", "delete", instance["id"], "--cloud", "demo-r1")
        assert instance["id"] not in [i["id"] for i in self.action("trove.instances_list", "RegionTwo")]

    def test_database_in_the_other_region_directly(self):
        before = self.everything()
        instance = self.create(mode="direct", nics=self.private_network("RegionTwo"))["output"]["instance"]
        try:
            assert (instance["status"], instance["region"]) == ("ACTIVE", "RegionTwo"), instance
            server = self.action("nova.servers_get", "RegionTwo", server=instance["id"])
            assert server["metadata"]["database.version"] == instance["database.version"] == "5.7.29", server
            volume = self.action("cinder.volumes_get", "RegionTwo", volume_id=instance["volume_id"])
            assert [a["server_id"] for a in volume["attachments"]] == [instance["id"]], volume
            listed = self.gregale_json("database", "list", "--cloud", "demo-r1")["instances"]
            assert [(i["region"], i["mode"]) for i in listed if i["id"] == instance["id"]] == [("RegionTwo", "direct")]
        finally:
            self.gregale_json("database", "delete", instance["id"], "--cloud", "demo-r1")
        assert self.everything() == before

    def test_database_image_that_differs_or_is_missing(self):
        self.refused("The image tb-different is not the same in every region", "RegionOne has", "RegionTwo has",
                     image="tb-different")
        self.refused("The image tb-only-one is not in every region", "RegionTwo has none", image="tb-only-one")
        self.refused("Trove does not tell the image", image=None)

    def test_database_image_of_the_datastore_version(self):
        """As an administrator, to whom Trove tells it."""
        images = {region: {i["name"]: i["id"] for i in self.action("glance.images_list", region)} for region in REGIONS}
        made = {}

        def version(region, name, image):
            self.action("openstack.request", region, cloud="admin-r1", service="database",
                        path="/mgmt/datastore-versions", method="POST", body={"version": {
                            "datastore_name": "mysql", "datastore_manager": "mysql", "name": name, "packages": [],
                            "image": images[region][image], "active": True, "default": False}})
            listed = self.action("openstack.request", region, cloud="admin-r1", service="database",
                                 path="/mgmt/datastore-versions")["body"]["versions"]
            made.setdefault(region, []).extend(v["id"] for v in listed if v["name"] == name)

        try:
            for region in REGIONS:
                version(region, "other-data", "tb-different")
            version("RegionOne", "other-name", "tb-same")
            version("RegionTwo", "other-name", "tb-different")
            self.refused("The image tb-different is not the same in every region", cloud="admin-r1", image=None,
                         version="other-data")
            self.refused("RegionOne has tb-same", "RegionTwo has tb-different", cloud="admin-r1", image=None,
                         version="other-name")
        finally:
            for region, ids in made.items():
                for one in ids:
                    self.action("openstack.request", region, cloud="admin-r1", service="database", method="DELETE",
                                path=f"/mgmt/datastore-versions/{one}")

    def test_database_version_or_flavor_that_differs_or_is_missing(self):
        self.refused("no version 8.0.23 of mysql in every region", "RegionOne has 5.7.29, 8.0.23",
                     "RegionTwo has 5.7.29", version="8.0.23")
        self.refused("The flavor tb.only-one is not in every region", "RegionTwo has none", flavor="tb.only-one")
        self.refused("The flavor tb.differ is not the same", "1024 MiB", "2048 MiB", flavor="tb.differ")
        self.refused("The flavor tb.extra is not the same", "one", "two", flavor="tb.extra")
        self.refused("no flavor tb.nowhere in RegionOne", flavor="tb.nowhere")

    def test_database_that_fails_leaves_nothing_behind(self):
        self.refused("did not become ACTIVE", "it was removed", name=f"gregale-{uuid.uuid4().hex[:8]}_GUEST_ERROR")
        self.refused("what was made has been removed", mode="direct", nics=[{"net-id": str(uuid.uuid4())}])

    def test_database_cluster_over_both_regions(self):
        name = f"gregale-{uuid.uuid4().hex[:8]}"
        before = self.everything()
        members = [o for r in ("RegionOne", "RegionTwo", "RegionTwo")
                   for o in ("--instance", f"flavor=tb.same,volume=1,region={r}")]
        try:
            cluster = self.gregale_json("database", "cluster-create", name, "mysql", "5.7.29", *members, "--image",
                                        "tb-same", "--cloud", "demo-r1")["cluster"]
            made = {i["id"]: (i["region"], i["status"]) for i in cluster["instances"]}
            assert sorted(made.values()) == [(r, "ACTIVE") for r in ("RegionOne", "RegionTwo", "RegionTwo")], cluster
            for one, (region, _) in made.items():
                assert one in [i["id"] for i in self.action("trove.instances_list", region)]
        finally:
            listed = self.gregale_json("database", "list", "--cloud", "demo-r1")["instances"]
            ours = [i["id"] for i in listed if i["name"].startswith(name)]
            if ours:
                self.gregale_json("database", "cluster-shrink", name, *ours, "--cloud", "demo-r1")
        assert self.everything() == before

    def test_database_with_credentials_of_the_custom_context(self):
        context = json.dumps({"os": self.cloud("demo-r1")})
        instance = self.gregale_json("database", "create", f"gregale-{uuid.uuid4().hex[:8]}", "--flavor", "tb.same",
                                     "--size", "1", "--image", "tb-same", "--region", "RegionTwo", "--cloud",
                                     "alt_demo-r1", "--custom-context", context)["instance"]
        try:
            assert instance["id"] in [i["id"] for i in self.action("trove.instances_list", "RegionTwo")]
        finally:
            self.gregale_json("database", "delete", instance["id"], "--cloud", "demo-r1")

    def test_database_after_a_kill_is_waited_for_and_not_made_twice(self):
        name = f"gregale-{uuid.uuid4().hex[:8]}"
        ours = lambda: [i for i in self.action("trove.instances_list", "RegionTwo") if i["name"] == name]
        with tempfile.TemporaryDirectory() as folder:
            store = os.path.join(folder, "store.db")
            inputs = {"name": name, **SMALL, "region": "RegionTwo", "image": "tb-same"}
            process = subprocess.Popen([self.gregale, "run", "database.instance_create", "--cloud", "demo-r1", "--db",
                                        store, "--input", json.dumps(inputs)], env=self.environment,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                ids, waiting = [], False
                while not waiting and process.poll() is None:
                    time.sleep(0.2)
                    ids = ids or [e["id"] for e in self.stored("list", "--db", store) or []]
                    waiting = bool(ids) and "wait" in self.tasks_of(self.stored("show", ids[0], "--db", store) or {})
                assert waiting, "the run ended before it could be killed"
                process.send_signal(signal.SIGKILL)
                process.wait()
                document = self.gregale_json("execution", "resume", ids[0], "--cloud", "demo-r1", "--db", store)
                assert document["state"] == "SUCCESS", document
                assert [i["status"] for i in ours()] == ["ACTIVE"], ours()
            finally:
                process.kill()
                process.wait()
                for one in ours():
                    self.gregale_json("database", "delete", one["id"], "--cloud", "demo-r1")

    def test_image_copied_to_the_other_region(self):
        name = f"gregale-{uuid.uuid4().hex[:8]}"
        original = self.action("glance.images_create", "RegionOne", name=name, disk_format="raw",
                               container_format="bare")
        try:
            self.action("glance.images_upload", "RegionOne", image_id=original["id"], image_data="data " * 20_000)
            output = self.gregale_json("run", "image.copy_to_region", "--cloud", "demo-r1", "-i", f"name={name}", "-i",
                                       "region=RegionTwo")["output"]
            assert output["copied"] and output["image"]["status"] == "active", output
            source = self.action("glance.images_get", "RegionOne", image_id=original["id"])
            assert output["image"]["os_hash_value"] == source["os_hash_value"], output
            same = self.gregale_json("run", "image.verify_same", "--cloud", "demo-r1", "-i", f"name={name}", "-i",
                                     f"regions={json.dumps(REGIONS)}")
            assert same["state"] == "SUCCESS", same
        finally:
            for region in REGIONS:
                for image in self.action("glance.images_list", region, filters={"name": name}):
                    self.action("glance.images_delete", region, image_id=image["id"])
