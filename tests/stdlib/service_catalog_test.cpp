#include "stdlib/openstack/service_catalog.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/json.hpp"
#include "stdlib/openstack/endpoint_url.hpp"

namespace gregale::stdlib {
namespace {

using core::Error;

ServiceCatalog catalog() {
  return ServiceCatalog(core::parse_json(R"([
    {"type": "compute", "endpoints": [
      {"interface": "internal", "region_id": "RegionTwo", "url": "http://i2/v2.1"},
      {"interface": "public", "region_id": "RegionTwo", "url": "http://p2/v2.1/"},
      {"interface": "public", "region_id": "RegionOne", "url": "http://p1/v2.1"}]},
    {"type": "volumev3", "endpoints": [
      {"interface": "public", "region": "RegionOne", "url": "http://v3"}]},
    {"type": "volumev2", "endpoints": [
      {"interface": "public", "region": "RegionOne", "url": "http://v2"}]},
    {"type": "broken"}, 7])"));
}

std::string failure(std::string_view type, std::string_view interface, std::string_view region) {
  try {
    catalog().endpoint(type, interface, region);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing failed";
}

TEST(ServiceCatalog, ChoosesByInterfaceAndRegion) {
  EXPECT_EQ(catalog().endpoint("compute", "public", "RegionOne").url, "http://p1/v2.1");
  EXPECT_EQ(catalog().endpoint("compute", "public", "RegionTwo").url, "http://p2/v2.1");
  EXPECT_EQ(catalog().endpoint("compute", "internal", "").url, "http://i2/v2.1")
      << "there is only one region with such an interface";
}

TEST(ServiceCatalog, KnowsTheAliasesOfTypes) {
  EXPECT_EQ(catalog().endpoint("block-storage", "public", "RegionOne").url, "http://v3");
  EXPECT_EQ(catalog().endpoint("block-store", "public", "").url, "http://v3");
}

TEST(ServiceCatalog, FailuresNameWhatThereIs) {
  EXPECT_EQ(failure("compute", "public", "RegionThree"),
            "Service compute has no public endpoint in region RegionThree; it is in: RegionOne, "
            "RegionTwo");
  EXPECT_NE(failure("compute", "public", "regiontwo").find("did you mean RegionTwo?"), std::string::npos);
  EXPECT_EQ(failure("compute", "public", ""),
            "Service compute is in several regions, and none is named; name one of: RegionOne, "
            "RegionTwo");
  EXPECT_EQ(failure("compute", "admin", "RegionTwo"),
            "Service compute has no admin endpoint in region RegionTwo; its interfaces are: "
            "internal, public");
  EXPECT_EQ(failure("image", "public", "RegionOne"),
            "The service catalog has no service image; it has: compute, volumev2, volumev3");
}

TEST(ServiceCatalog, ListsItsRegions) {
  EXPECT_EQ(catalog().regions(), (std::vector<std::string>{"RegionOne", "RegionTwo"}));
  EXPECT_TRUE(ServiceCatalog(core::Value()).regions().empty());
}

TEST(EndpointUrl, PutsTheVersionWhereItIsMissing) {
  EXPECT_EQ(endpoint_urls("http://h:9292/", "/v2").versioned, "http://h:9292/v2");
  EXPECT_EQ(endpoint_urls("http://h/image/v2.9", "/v2").versioned, "http://h/image/v2");
  EXPECT_EQ(endpoint_urls("http://h/image/v2.9", "/v2").root, "http://h/image");
  EXPECT_EQ(endpoint_urls("http://h/v3/PROJECT", "").versioned, "http://h/v3/PROJECT");
  EXPECT_EQ(endpoint_urls("http://h/v3/PROJECT", "").root, "http://h");
  EXPECT_EQ(endpoint_urls("http://h", "").root, "http://h");
  EXPECT_EQ(endpoint_urls("http://v2/x", "").root, "http://v2/x") << "a host is no version";
}

TEST(EndpointUrl, ReadsVersionDocuments) {
  EXPECT_EQ(newest_microversion(core::parse_json(R"({"version": {"version": "2.95"}})")), "2.95");
  EXPECT_EQ(newest_microversion(core::parse_json(
                R"({"versions": [{"version": "3.9"}, {"version": "3.70"}, {"version": ""}]})")),
            "3.70");
  EXPECT_EQ(newest_microversion(core::parse_json(R"({"versions": 3})")), "");
}

}  // namespace
}  // namespace gregale::stdlib
