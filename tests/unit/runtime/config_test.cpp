#include "logchute/runtime/config.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <iterator>
#include <regex>

#include "temp_folder.hpp"

using namespace logchute;
using namespace logchute::runtime;
using Catch::Matchers::ContainsSubstring;
using Environment = std::vector<std::pair<std::string, std::string>>;

namespace {

// Sources that see nothing of the machine the tests run on.
struct Given {
    std::string yaml = "";
    std::string dotenv = "";
    Environment environment = {};
    std::vector<ConfigSources::FlagValue> flags = {};
    std::string service = "gateway";
};

Result<Settings> load(const Given& given) {
    const test::TempFolder folder;
    const std::string file = folder.write("config.yaml", given.yaml);
    const std::string dotenv = folder.write(".env", given.dotenv);
    auto settings = load_settings({file, dotenv, given.environment, given.flags, given.service});
    if (settings) return settings;
    std::string& detail = settings.error().detail;  // without the folder's name, which changes
    for (std::size_t at; (at = detail.find(folder.path())) != std::string::npos;) detail.erase(at, folder.path().size());
    return settings;
}

std::string refusal(const Given& given) {
    const auto settings = load(given);
    REQUIRE_FALSE(settings);
    CHECK(settings.error().code == Errc::invalid);
    return settings.error().detail;
}

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("without any source every setting has its default") {
    const auto settings = load({});
    REQUIRE(settings);
    CHECK(settings->gateway.port == 8081);
    CHECK(settings->nats.url == "nats://127.0.0.1:4222");
    CHECK(settings->nats.dlq.max_age == 168h);
}

TEST_CASE("a file sets what it names, nested groups and lists included, and leaves the rest") {
    const auto settings = load({.yaml = R"(
# people write comments
nats:
  url: "nats://a:1,tls://b:2"
  logs: {max_age: 2h, max_bytes: 5GiB}
gateway:
  port: 9081
  lag_share_max: 0.5
  group_wait: 0s
store:
ingestion:
  batch_records: 100
  batch_age: 5s
noise:
  services: [one, "two words"]
auth: {allow_unauthenticated: yes}
)"});
    REQUIRE(settings);
    CHECK(settings->nats.url == "nats://a:1,tls://b:2");
    CHECK(settings->nats.logs.max_age == 2h);
    CHECK(settings->nats.logs.max_bytes == Bytes{5ULL << 30});
    CHECK(settings->nats.dlq.max_age == 168h);
    CHECK(settings->gateway.port == 9081);
    CHECK(settings->gateway.lag_share_max == 0.5);
    CHECK(settings->gateway.group_wait == 0s);
    CHECK(settings->ingestion.batch_records == 100);
    CHECK(settings->ingestion.batch_age == 5s);
    CHECK(settings->noise.services == std::vector<std::string>{"one", "two words"});
    CHECK(settings->auth.allow_unauthenticated);
}

TEST_CASE("flags win over the environment, that over .env, and that over the file") {
    Given given{.yaml = "noise: {rate: 1}"};
    CHECK(load(given)->noise.rate == 1);
    given.dotenv = "LOGCHUTE_NOISE_RATE=2";
    CHECK(load(given)->noise.rate == 2);
    given.environment = {{"LOGCHUTE_NOISE_RATE", "3"}};
    CHECK(load(given)->noise.rate == 3);
    given.flags = {{"noise.rate", "4", "--rate"}};
    CHECK(load(given)->noise.rate == 4);
}

TEST_CASE("an empty variable counts as not set, even over .env") {
    CHECK(load({.dotenv = "LOGCHUTE_GATEWAY_PORT=9000", .environment = {{"LOGCHUTE_GATEWAY_PORT", ""}}})->gateway.port == 9000);
}

TEST_CASE("every setting has one name in the environment, and a second where the service is called otherwise") {
    struct Case {
        const char* name;
        const char* value;
    };
    for (const auto& [name, value] : {Case{"LOGCHUTE_LOG_ANALYZER_PORT", "9086"}, {"LOGCHUTE_ANALYZER_PORT", "9086"}}) {
        CAPTURE(name);
        CHECK(load({.environment = {{name, value}}})->analyzer.port == 9086);
    }
    CHECK(load({.environment = {{"LOGCHUTE_NOISE_MAKER_RATE", "7"}}})->noise.rate == 7);
    CHECK(load({.environment = {{"LOGCHUTE_NATS_LOGS_MAX_AGE", "1h"}}})->nats.logs.max_age == 1h);
    CHECK(load({.environment = {{"LOGCHUTE_NOISE_SERVICES", "a, b"}}})->noise.services == std::vector<std::string>{"a", "b"});
    CHECK(load({.environment = {{"LOGCHUTE_LOG_LEVEL", "debug"}}})->log.level == "debug");
    CHECK(load({.environment = {{"LOGCHUTE_LOG_ANALYZER_PORT", "9"}, {"LOGCHUTE_ANALYZER_PORT", "9"}}})->analyzer.port == 9);
    CHECK_THAT(refusal({.environment = {{"LOGCHUTE_LOG_ANALYZER_PORT", "9"}, {"LOGCHUTE_ANALYZER_PORT", "8"}}}),
               ContainsSubstring("LOGCHUTE_LOG_ANALYZER_PORT sets to something else"));
}

TEST_CASE("PORT is the port of the service at hand, unless a name says which service it means") {
    const Environment port{{"PORT", "7000"}};
    CHECK(load({.environment = port})->gateway.port == 7000);
    CHECK(load({.environment = port})->dashboard.port == 8080);
    CHECK(load({.environment = port, .service = "log-analyzer"})->analyzer.port == 7000);
    CHECK(load({.environment = {{"LOGCHUTE_GATEWAY_PORT", "7001"}, {"PORT", "7000"}}})->gateway.port == 7001);
    CHECK(load({.dotenv = "LOGCHUTE_GATEWAY_PORT=7001", .environment = port})->gateway.port == 7000);
    CHECK(load({.dotenv = "PORT=7000"})->gateway.port == 8081);
    CHECK_THAT(refusal({.environment = {{"PORT", "http"}}}), ContainsSubstring("environment variable PORT: gateway.port: expected"));
}

TEST_CASE("what others put into the environment and .env is left alone") {
    CHECK(load(
        {.dotenv = "POSTGRES_PASSWORD=x\nLOGCHUTE_DATA=/srv", .environment = {{"HOME", "/"}, {"logchute_x", "1"}, {"LOGCHUTE", "1"}}}));
}

TEST_CASE("a wrong key is refused with its place and the nearest right one") {
    struct Case {
        const char* yaml;
        const char* told;
    };
    for (const auto& [yaml, told] :
         {Case{"# x\n\nstore:\n  engnie: duckdb\n", "config.yaml:4:3: unknown key 'engnie' in section 'store'; did you mean 'engine'?"},
          {"gatewya:\n  port: 8081\n", "config.yaml:1:1: unknown section 'gatewya'; did you mean 'gateway'?"},
          {"log-analyzer: {port: 1}", "config.yaml:1:1: unknown section 'log-analyzer'; did you mean 'analyzer'?"},
          {"nats: {logs: {max_agee: 1h}}", "unknown key 'max_agee' in section 'nats.logs'; did you mean 'max_age'?"},
          {"nats: {logz: {max_age: 1h}}", "unknown key 'logz' in section 'nats'; did you mean 'logs'?"},
          {"gateway: {batch_records: 5}", "unknown key 'batch_records' in section 'gateway'; did you mean 'ingestion.batch_records'?"},
          {"auth: {zzzzzzzz: 5}", "unknown key 'zzzzzzzz' in section 'auth'; there are: mode, allow_unauthenticated"},
          {"store: {engine: duckdb, engine: duckdb}", "config.yaml:1:25: the key 'engine' is here twice; keep one"},
          {"store: {}\nstore: {}", "config.yaml:2:1: the key 'store' is here twice; keep one"},
          {"\"a\x1b[31m\": 1", "unknown section 'a\\x1b[31m'"},
          {"? [1, 2]\n: 3", "a key has to be a word"}}) {
        CAPTURE(yaml);
        CHECK_THAT(refusal({.yaml = yaml}), ContainsSubstring(told));
    }
}

TEST_CASE("a wrong value is refused with its place, what was expected and what it is") {
    struct Case {
        const char* yaml;
        const char* told;
    };
    for (const auto& [yaml, told] :
         {Case{"gateway:\n  port: eighty\n", "config.yaml:2:9: gateway.port: expected a whole number from 1 to 65535, got 'eighty'"},
          {"gateway: {port: 0}", "from 1 to 65535, got '0'"},
          {"gateway: {port: 65536}", "got '65536'"},
          {"gateway: {port: 8081x}", "got '8081x'"},
          {"gateway: {port: -1}", "got '-1'"},
          {"gateway: {port: 80.5}", "got '80.5'"},
          {"gateway: {port: [8081]}", "got a list"},
          {"gateway: {port: {a: 1}}", "got a group of keys"},
          {"gateway: {port: }", "gateway.port: has no value; leave the key out for its default"},
          {"gateway: 8081", "config.yaml:1:10: gateway: expected keys below it, such as 'host:', got a single value"},
          {"- gateway", "expected sections such as 'gateway:', got a list"},
          {"gateway: {host: localhost}", "gateway.host: expected an address to listen on"},
          {"gateway: {lag_share_max: nan}", "a number from 0.01 to 1, got 'nan'"},
          {"gateway: {group_wait: 5}", "gateway.group_wait: expected a duration such as 250ms"},
          {"gateway: {group_wait: 2h}", "to 1s, got '2h'"},
          {"gateway: {line_bytes_max: 64M}", "gateway.line_bytes_max: expected a size such as 512, 16kB or 64MiB, from 1KiB to 7MiB"},
          {"gateway: {line_bytes_max: 1GiB}", "got '1GiB'"},
          {"store: {engine: sqlite}", "store.engine: expected duckdb, got 'sqlite'"},
          {"store: {path: ''}", "store.path: expected a path, got ''"},
          {"nats: {tls: maybe}", "nats.tls: expected true or false, got 'maybe'"},
          {"nats: {url: 'http://x'}", "each beginning with nats:// or tls://"},
          {"nats: {url: 'nats://a,'}", "nats.url: expected"},
          {"nats: {password: [geheim]}", "nats.password: expected a text, got a list"},
          {"auth: {mode: jwt}", "auth.mode: expected none (this version has no sign-in), got 'jwt'"},
          {"log: {level: loud}", "log.level: expected trace, debug, info, warn or error, got 'loud'"},
          {"noise: {services: [a, '']}", "config.yaml:1:23: noise.services: expected a list, each item being a name, got ''"},
          {"noise: {services: {a: b}}", "got a group of keys"}}) {
        CAPTURE(yaml);
        CHECK_THAT(refusal({.yaml = yaml}), ContainsSubstring(told));
    }
}

TEST_CASE("a file that cannot be read is named, with what is wrong with it") {
    CHECK_THAT(load_settings({.file = "/nowhere/absent.yaml"}).error().detail,
               ContainsSubstring("/nowhere/absent.yaml: cannot open this file: No such file"));
    CHECK_THAT(load_settings({.file = "/tmp"}).error().detail, ContainsSubstring("/tmp: cannot read this file"));
    CHECK_THAT(refusal({.yaml = "gateway:\n  port: [8081\n"}), ContainsSubstring("config.yaml:3:1: this is not YAML: "));
    CHECK_THAT(refusal({.yaml = "gateway: {}\n---\nstore: {}\n"}), ContainsSubstring("more than one document"));
    CHECK_THAT(refusal({.yaml = std::string(5U << 20, '#')}), ContainsSubstring("more than 4 MiB"));
    CHECK_THAT(refusal({.yaml = "a: &a [*a]"}), ContainsSubstring("config.yaml:1:"));
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string name = "a" + std::to_string(i);
        const std::string last = "*a" + std::to_string(i - 1);
        for (const std::string& piece : {name, std::string(": &"), name, std::string(" ["), last}) bomb += piece;
        for (int copies = 1; copies < 4; ++copies) bomb.append(", ").append(last);
        bomb += "]\n";
    }
    CHECK_THAT(refusal({.yaml = bomb}), ContainsSubstring("too deep or too large"));
}

TEST_CASE("all that is wrong is told at once, a line each") {
    const std::string told = refusal({.yaml = "store: {engnie: x}\ngateway: {port: 0}",
                                      .dotenv = "nonsense\nLOGCHUTE_LOG_LEVEL=loud",
                                      .environment = {{"LOGCHUTE_GATEWAY_PROT", "1"}},
                                      .flags = {{"noise.rate", "fast", "--rate"}}});
    CHECK(std::count(told.begin(), told.end(), '\n') == 5);
    CHECK_THAT(told, ContainsSubstring(".env:1: expected NAME=VALUE"));
    CHECK_THAT(told, ContainsSubstring(".env:2: log.level: expected"));
    CHECK_THAT(told, ContainsSubstring(
                         "environment variable LOGCHUTE_GATEWAY_PROT: there is no such setting; did you mean LOGCHUTE_GATEWAY_PORT?"));
    CHECK_THAT(told, ContainsSubstring("flag --rate: noise.rate: expected a number"));
}

TEST_CASE("a name in the environment that is near to none is told how names are made") {
    CHECK_THAT(refusal({.environment = {{"LOGCHUTE_COLOUR_OF_THE_BIKE_SHED", "red"}}}), ContainsSubstring("LOGCHUTE_<SECTION>_<KEY>"));
    CHECK_THAT(refusal({.environment = {{"LOGCHUTE_COLOUR_OF_THE_BIKE_SHED", ""}}}), ContainsSubstring("there is no such setting"));
}

TEST_CASE("a secret is never repeated, however wrong it is") {
    const std::string told = refusal({.environment = {{"LOGCHUTE_NATS_PASSWORD", std::string("hush\0hush", 9)}}});
    CHECK_THAT(told, ContainsSubstring("LOGCHUTE_NATS_PASSWORD: nats.password: expected"));
    CHECK_THAT(told, !ContainsSubstring("hush"));
    CHECK_THAT(refusal({.environment = {{"LOGCHUTE_NATS_URL", "nat://me:hush@there:4222"}}}), !ContainsSubstring("hush"));
}

TEST_CASE("an address that others reach is refused while anyone may do anything") {
    for (const char* address : {"0.0.0.0", "192.168.1.4", "::", "::ffff:127.0.0.1", "128.0.0.1"}) {
        CAPTURE(address);
        CHECK_THAT(refusal({.environment = {{"LOGCHUTE_DASHBOARD_HOST", address}}}),
                   ContainsSubstring("environment variable LOGCHUTE_DASHBOARD_HOST: dashboard.host: '" + std::string(address) +
                                     "' can be reached"));
        CHECK(load({.environment = {{"LOGCHUTE_DASHBOARD_HOST", address}, {"LOGCHUTE_AUTH_ALLOW_UNAUTHENTICATED", "true"}}}));
    }
    for (const char* address : {"127.0.0.1", "127.1.2.3", "::1"}) CHECK(load({.environment = {{"LOGCHUTE_DASHBOARD_HOST", address}}}));
    CHECK_THAT(refusal({.yaml = "analyzer: {host: 0.0.0.0}"}), ContainsSubstring("config.yaml:1:18: analyzer.host"));
}

TEST_CASE("the reference holds every setting, reads back as the defaults, and is the repository's config.yaml") {
    const std::string reference = reference_config();
    CHECK(load({.yaml = reference}));
    CHECK(read(LOGCHUTE_SOURCE_DIR "/config.yaml") == reference);
    // Uncommented, the secrets are right too, but for the one that must not be empty.
    const std::string uncommented = std::regex_replace(reference, std::regex("# (\\w+: \"\")"), "$1");
    const auto all = load({.yaml = std::regex_replace(uncommented, std::regex("github_secret: \"\""), "github_secret: whisper")});
    REQUIRE(all);
    CHECK(all->nats.logs.max_bytes == Settings{}.nats.logs.max_bytes);
    CHECK(all->noise.services == Settings{}.noise.services);
    CHECK(all->gateway.lag_share_max == Settings{}.gateway.lag_share_max);
}

TEST_CASE("GitHub's secret is refused where it is set but empty, wherever that is") {
    const auto is_refused = [](const Given& given) { CHECK_THAT(refusal(given), ContainsSubstring("set but empty")); };
    is_refused({.environment = {{"LOGCHUTE_GATEWAY_GITHUB_SECRET", ""}}});
    is_refused({.dotenv = "LOGCHUTE_GATEWAY_GITHUB_SECRET=\n"});
    is_refused({.yaml = "gateway: {github_secret: ''}"});
    CHECK(load({.environment = {{"LOGCHUTE_GATEWAY_GITHUB_SECRET", "s"}}})->gateway.github_secret == "s");
    CHECK(load({})->gateway.github_secret.empty());
    CHECK(load({.environment = {{"LOGCHUTE_NATS_PASSWORD", ""}}}));  // other secrets count as not set then
}

TEST_CASE("GitHub's secret comes from a file, which only the gateway reads") {
    const test::TempFolder folder;
    const std::string good = folder.write("good", "whisper\n");
    const std::string empty = folder.write("empty", "\n");
    const auto given = [](const std::string& file, const std::string& service = "gateway") {
        return Given{.environment = {{"LOGCHUTE_GATEWAY_GITHUB_SECRET_FILE", file}}, .service = service};
    };
    CHECK(load(given(good))->gateway.github_secret == "whisper");
    CHECK_THAT(refusal(given(empty)), ContainsSubstring("gateway.github_secret_file: the secret in this file is empty"));
    CHECK_THAT(refusal(given(good + ".missing")), ContainsSubstring("gateway.github_secret_file"));
    CHECK(load(given(good + ".missing", "dashboard")));
    Given both = given(good);
    both.environment.emplace_back("LOGCHUTE_GATEWAY_GITHUB_SECRET", "s");
    CHECK_THAT(refusal(both), ContainsSubstring("keep one"));
}

TEST_CASE("polled sources are read, each key with its default") {
    const auto settings = load({.yaml = R"(gateway:
  poll:
    - {name: deploys, url: "https://deploys.example/v1"}
    - name: events
      url: http://127.0.0.1:1/events
      interval: 5m
      timeout: 3s
      items: /data/items
      id: /event~1id
      time: /created_at
      message: /title
      headers: {Authorization: Bearer whisper, X-Team: dam}
)"});
    REQUIRE(settings);
    REQUIRE(settings->gateway.poll.size() == 2);
    const PollSource& first = settings->gateway.poll[0];
    CHECK(first.name == "deploys");
    CHECK(first.interval == 1min);
    CHECK(first.items.empty());
    CHECK(first.id == "/id");
    const PollSource& second = settings->gateway.poll[1];
    CHECK(second.interval == 5min);
    CHECK(second.timeout == 3s);
    CHECK(second.items == "/data/items");
    CHECK(second.message == "/title");
    CHECK(second.headers == std::vector<std::pair<std::string, std::string>>{{"Authorization", "Bearer whisper"}, {"X-Team", "dam"}});
}

TEST_CASE("what is wrong with a polled source is told at its place, and no secret is repeated") {
    for (const auto& [yaml, told] :
         {std::pair("gateway: {poll: x}", "config.yaml:1:17: gateway.poll: expected a list of sources"),
          {"gateway: {poll: [x]}", "expected keys such as name and url"},
          {"gateway: {poll: [{url: 'http://x'}]}", "a source needs a name"},
          {"gateway: {poll: [{name: x}]}", "a source needs a url"},
          {"gateway: {poll: [{name: 'a b', url: 'http://x'}]}", "config.yaml:1:25: gateway.poll: name: expected a name of letters"},
          {"gateway: {poll: [{name: x, url: 'file:///etc/passwd'}]}", "url: expected a URL that begins with http:// or https://"},
          {"gateway: {poll: [{name: x, url: 'http://x', interval: 0s}]}", "interval: expected a duration"},
          {"gateway: {poll: [{name: x, url: 'http://x', items: data}]}", "items: expected a JSON pointer"},
          {"gateway: {poll: [{name: x, url: 'http://x', id: /a~2}]}", "id: expected a JSON pointer"},
          {"gateway: {poll: [{name: x, url: 'http://x', intervall: 1m}]}", "did you mean 'interval'?"},
          {"gateway: {poll: [{name: x, url: 'http://x'}, {name: x, url: 'http://y'}]}", "the source 'x' is here twice"},
          {"gateway: {poll: [{name: x, url: 'http://x', headers: [a]}]}", "headers: expected"},
          {"gateway: {poll: [{name: x, url: 'http://x', headers: {'a b': c}}]}", "headers: expected the name"},
          {"gateway: {poll: [{name: x, url: 'http://x', headers: {A: \"hush\\nB: c\"}}]}", "headers: expected the name"}}) {
        CAPTURE(yaml);
        const auto refused = refusal({.yaml = yaml});
        CHECK_THAT(refused, ContainsSubstring(told));
        CHECK_THAT(refused, !ContainsSubstring("hush"));
    }
    CHECK_THAT(refusal({.environment = {{"LOGCHUTE_GATEWAY_POLL", "http://x"}}}),
               ContainsSubstring("expected a list of sources in the file"));
}
