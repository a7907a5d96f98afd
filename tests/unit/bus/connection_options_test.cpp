#include "connection_options.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <utility>
#include <vector>

using namespace logchute::bus;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("addresses of servers are taken apart at commas") {
    const std::vector<std::pair<std::string, std::vector<std::string>>> table{
        {"nats://127.0.0.1:4222", {"nats://127.0.0.1:4222"}},
        {"nats", {"nats"}},
        {"localhost:4222", {"localhost:4222"}},
        {"tls://bus.example", {"tls://bus.example"}},
        {"nats://a:4222, nats://b:4223 ,c", {"nats://a:4222", "nats://b:4223", "c"}},
        {"nats://user:p%40ss@host:4222", {"nats://user:p%40ss@host:4222"}},
        {"nats://[::1]:4222", {"nats://[::1]:4222"}},
        {"nats://host:4222/", {"nats://host:4222/"}},
    };
    for (const auto& [urls, servers] : table) {
        CAPTURE(urls);
        const auto parsed = parse_servers(urls);
        REQUIRE(parsed);
        CHECK(*parsed == servers);
    }
}

TEST_CASE("what is no address is refused, without repeating a password") {
    for (const char* urls :
         {"", " ", ",", "nats://", "http://host:4222", "nats://host:", "nats://host:port", "nats://host:0", "nats://host:65536",
          "nats://a b", "nats://host:4222,", "nats://[::1", "nats://[]:1", "nats://host:4222/path", "nats://u:secret@"}) {
        CAPTURE(urls);
        const auto parsed = parse_servers(urls);
        REQUIRE_FALSE(parsed);
        CHECK(parsed.error().code == logchute::Errc::invalid);
        CHECK_FALSE(parsed.error().detail.contains("secret"));
    }
}

TEST_CASE("options that can never work throw, and name the option") {
    const std::vector<std::pair<ConnectionOptions, std::string>> table{
        {{.url = "http://host"}, "url"},
        {{.credentials_file = "/nowhere/user.creds"}, "credentials_file"},
        {{.tls_ca_file = "/nowhere/ca.pem"}, "tls_ca_file"},
        {{.tls_ca_file = "/dev/null"}, "tls_ca_file"},  // there, but no certificate
        {{.tls_cert_file = "/nowhere/cert.pem", .tls_key_file = "/nowhere/key.pem"}, "tls_cert_file"},
        {{.tls_cert_file = "/dev/null", .tls_key_file = ""}, "tls_key_file"},
    };
    for (const auto& [options, name] : table) {
        CAPTURE(name);
        CHECK_THROWS_MATCHES(make_options(options), std::runtime_error, MessageMatches(ContainsSubstring(name)));
    }
}

TEST_CASE("options that may work are taken") {
    CHECK(make_options({.url = "nats://127.0.0.1:1", .name = "test", .user = "u", .password = "p", .token = {}, .tls = true}));
    CHECK(make_options({.url = "a,b,c", .token = "t"}));
}
