#include "stream_route.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <map>
#include <thread>

#include "live_fake.hpp"

using namespace logchute;
using namespace logchute::dashboard;
using namespace std::chrono_literals;

namespace {

/// A reader of /stream, as the connection would be.
class Client {
public:
    explicit Client(http::EventStream stream) : stream_(std::move(stream)) {}

    struct Seen {
        std::string id, type, data;
    };
    /// Takes until there are `count` events, or for 5 s.
    std::vector<Seen>& wait(std::size_t count) {
        for (const auto until = std::chrono::steady_clock::now() + 5s; seen.size() < count && std::chrono::steady_clock::now() < until;) {
            if (take() == 0) std::this_thread::sleep_for(1ms);
        }
        return seen;
    }
    /// Takes once, about `bytes`.
    std::size_t take(std::size_t bytes = 1U << 20) {
        std::string out;
        (void)stream_->take(out, bytes);
        std::size_t count = 0;
        for (std::string_view rest = out; !rest.empty(); ++count) {
            Seen event;
            while (!rest.starts_with('\n')) {
                const auto line = rest.substr(0, rest.find('\n'));
                const auto value = std::string(line.substr(line.find(": ") + 2));
                (line.starts_with("id") ? event.id : line.starts_with("event") ? event.type : event.data) = value;
                rest.remove_prefix(line.size() + 1);
            }
            rest.remove_prefix(1);
            seen.push_back(event);
        }
        return count;
    }
    /// "1-0 1-1 2-0"
    [[nodiscard]] std::string records() const {
        std::string all;
        for (const Seen& event : seen) {
            if (event.type != "log") continue;
            if (!all.empty()) all += ' ';
            all += event.data.substr(7, event.data.size() - 9);
        }
        return all;
    }
    [[nodiscard]] bool is_closed() const { return stream_->is_closed(); }
    void leave() { stream_.reset(); }

    std::vector<Seen> seen;

private:
    http::EventStream stream_;
};

struct World {
    FakeSource logs;
    FakeSource uploads{false};
    FakeSource alerts;
    runtime::Metrics metrics;
    StreamRoute route{{logs, uploads, alerts}, metrics};
    http::Router router;

    World() { route.add_to(router); }

    http::Response get(std::vector<std::pair<std::string, std::string>> query, const std::string& last_id = "") {
        http::Request request;
        request.path = "/stream";
        request.query = std::move(query);
        if (!last_id.empty()) request.headers.push_back({"Last-Event-ID", last_id});
        return router.match(http::Method::get, "/stream").route->handler(request);
    }
    Client follow(const std::string& q, const std::string& last_id = "", const std::string& events = "log") {
        auto response = get({{"q", q}, {"events", events}}, last_id);
        REQUIRE(response.status == 200);
        return Client(std::get<http::EventStream>(response.body));
    }
    double metric(const std::string& name) {
        const auto page = metrics.expose();
        const auto at = page.find("\n" + name + " ");
        return at == std::string::npos ? -1 : std::stod(page.substr(at + name.size() + 2));
    }
    bool becomes(const std::string& name, double value) {
        for (int i = 0; i < 5'000 && metric(name) != value; ++i) std::this_thread::sleep_for(1ms);
        return metric(name) == value;
    }
};

const std::string& body_of(const http::Response& response) { return std::get<std::string>(response.body); }

}  // namespace

TEST_CASE("a reader sees what matches and comes after it, each record with an id of its own") {
    World world;
    world.logs.publish("alpha before\n");
    auto client = world.follow("alpha");
    world.logs.publish("alpha one\nbeta two\nalpha three\n");
    world.logs.publish("beta\n");
    world.logs.publish("alpha four\n");
    client.wait(3);
    CHECK(client.records() == "2-0 2-2 4-0");
    CHECK(client.seen[0].id == "l2-0.1");
    CHECK(client.seen[2].id == "l4-0.1");
}

TEST_CASE("readers of one search cost one rendering of a record") {
    World world;
    std::vector<Client> clients;
    for (int i = 0; i < 50; ++i) clients.push_back(world.follow(i % 2 == 0 ? "alpha" : "alpha  OR alpha"));
    world.logs.publish("alpha\n");
    for (Client& client : clients) CHECK(client.wait(1).size() == 1);
    CHECK(world.logs.rendered() == 1);
    CHECK(world.logs.readers() == 1);
}

TEST_CASE("without readers nothing is read, and the next one starts anew") {
    World world;
    auto first = world.follow("");
    world.logs.publish("a\n");
    first.wait(1);
    first.leave();
    CHECK(world.becomes("dashboard_stream_subscribers", 0));
    world.logs.publish("nobody sees it\n");
    auto second = world.follow("");
    world.logs.publish("b\n");
    second.wait(1);
    CHECK(second.records() == "3-0");
    CHECK(world.logs.readers() == 2);
}

TEST_CASE("whoever comes back with an id goes on behind it, without a gap and without a repetition") {
    World world;
    auto other = world.follow("");  // keeps the hub going
    auto first = world.follow("alpha");
    for (int i = 0; i < 600; ++i) world.logs.publish("alpha\nbeta\nalpha\n");
    first.wait(1200);
    REQUIRE(first.seen.size() == 1200);
    // From the midst of a message, its end, the first, one that is only in the stream, and the last.
    for (const std::size_t at : {0U, 1U, 2U, 601U, 1198U, 1199U}) {
        INFO("behind event " << at);
        auto again = world.follow("alpha", first.seen[at].id);
        again.wait(1199 - at);
        std::this_thread::sleep_for(20ms);
        again.take();
        REQUIRE(again.seen.size() == 1199 - at);
        for (std::size_t i = 0; i < again.seen.size(); ++i) CHECK(again.seen[i].id == first.seen[at + 1 + i].id);
    }
}

TEST_CASE("a reader that comes back while much comes in is handed over without losing a record") {
    World world;
    auto first = world.follow("");
    world.logs.publish("a\n");
    const std::string id = first.wait(1).at(0).id;
    constexpr std::uint64_t kMessages = 3000;
    std::jthread publisher([&] {
        for (std::uint64_t i = 0; i < kMessages; ++i) world.logs.publish("b\nc\n");
    });
    std::vector<Client> clients;
    for (int i = 0; i < 10; ++i) clients.push_back(world.follow("", id));
    for (Client& client : clients) {
        client.wait(2 * kMessages);
        REQUIRE(client.seen.size() == 2 * kMessages);
        for (std::size_t i = 0; i < client.seen.size(); ++i)
            CHECK(client.seen[i].id == "l" + std::to_string(2 + i / 2) + "-" + std::to_string(i % 2) + ".1");
    }
}

TEST_CASE("catching up waits for a reader, and loses nothing") {
    World world;
    auto first = world.follow("");
    world.logs.publish("a\n");
    const std::string id = first.wait(1).at(0).id;
    first.leave();
    REQUIRE(world.becomes("dashboard_stream_subscribers", 0));  // else the hub may be behind, and the reader with it at once
    std::string lines;
    for (int i = 0; i < 2000; ++i) lines += "line\n";
    for (int i = 0; i < 20; ++i) world.logs.publish(lines);
    auto slow = world.follow("", id);
    // What it comes upon is a queue that is half full, which is where catching up waits.
    for (int i = 0; i < 5'000 && world.metric("dashboard_stream_queue_bytes") < 100'000; ++i) std::this_thread::sleep_for(1ms);
    REQUIRE(world.metric("dashboard_stream_queue_bytes") >= 100'000);
    while (slow.seen.size() < 40'000) {
        const auto before = slow.seen.size();
        for (int i = 0; i < 5'000 && slow.take(20'000) == 0; ++i) std::this_thread::sleep_for(1ms);
        REQUIRE(slow.seen.size() > before);
    }
    CHECK(slow.seen.back().id == "l21-1999.1");
    CHECK(world.metric("dashboard_stream_events_missed_total") == 0);
}

TEST_CASE("a reader that does not read is told how many it missed, and another sees all") {
    World world;
    auto slow = world.follow("");
    auto quick = world.follow("");
    std::size_t all = 0;
    for (int i = 0; i < 30; ++i) {
        std::string lines;
        for (int n = 0; n < 1000; ++n, ++all) lines += "line\n";
        world.logs.publish(lines);
        quick.wait(all);
    }
    CHECK(quick.seen.size() == all);
    while (slow.take() > 0) {
    }
    REQUIRE(slow.seen.front().type == "missed");
    const auto missed = std::stoul(slow.seen.front().data.substr(9));
    CHECK(missed + slow.seen.size() - 1 == all);
    CHECK(slow.seen.back().id == quick.seen.back().id);
    CHECK(slow.seen.front().id == quick.seen.at(missed - 1).id);
    CHECK(world.metric("dashboard_stream_events_missed_total") == static_cast<double>(missed));
}

TEST_CASE("an id older than the stream keeps is told what is gone, in messages") {
    World world;
    for (int i = 0; i < 10; ++i) world.logs.publish("a\nb\n");
    world.logs.purge(8);
    const struct {
        const char* id;
        const char* missed;
        const char* records;
    } cases[] = {
        {"l2-1.1", "{\"count\":5,", "8-0 8-1 9-0 9-1 10-0 10-1"},
        {"l6-1.1", "{\"count\":1,", "8-0 8-1 9-0 9-1 10-0 10-1"},
        {"l7-1.1", nullptr, "8-0 8-1 9-0 9-1 10-0 10-1"},
        {"l9-0.1", nullptr, "9-1 10-0 10-1"},
        {"l10-1.1", nullptr, ""},
        {"l99-0.1", nullptr, ""},
        {"l9-0.77", "{\"count\":0,", "8-0 8-1 9-0 9-1 10-0 10-1"},
    };
    for (const auto& it : cases) {
        INFO(it.id);
        auto client = world.follow("", it.id);
        const std::size_t records =
            std::string_view(it.records).empty() ? 0 : 1 + static_cast<std::size_t>(std::ranges::count(std::string_view(it.records), ' '));
        client.wait(records + (it.missed != nullptr ? 1 : 0));
        CHECK(client.records() == it.records);
        CHECK((!client.seen.empty() && client.seen.front().type == "missed") == (it.missed != nullptr));
        if (it.missed != nullptr) CHECK(client.seen.front().data.starts_with(it.missed));
    }
}

TEST_CASE("what leaves the stream while the bus is away is told to all who were there") {
    World world;
    auto client = world.follow("");
    world.logs.publish("a\n");
    client.wait(1);
    world.logs.set_away(true);
    for (int i = 0; i < 5; ++i) world.logs.publish("b\n");
    world.logs.purge(5);
    world.logs.set_away(false);
    client.wait(4);
    REQUIRE(client.seen.size() == 4);
    CHECK(client.seen[1].type == "missed");
    CHECK(client.seen[1].data.starts_with("{\"count\":3,"));
    CHECK(client.records() == "1-0 5-0 6-0");
}

TEST_CASE("a stream that is made anew goes on with its first message") {
    World world;
    auto client = world.follow("");
    for (int i = 0; i < 3; ++i) world.logs.publish("a\n");
    client.wait(3);
    world.logs.make_anew();
    world.logs.publish("b\n");
    client.wait(4);
    CHECK(client.seen.back().id == "l1-0.2");
    CHECK(client.records() == "1-0 2-0 3-0 1-0");
}

TEST_CASE("uploads and alerts come beside records, and ids resume all of them") {
    World world;
    auto client = world.follow("alpha", "", "log,upload,alert");
    world.uploads.publish("{\"id\":\"u1\"}");
    REQUIRE(client.wait(1).size() == 1);
    world.logs.publish("alpha\n");
    REQUIRE(client.wait(2).size() == 2);
    world.alerts.publish("{\"rule\":\"r\"}");
    REQUIRE(client.wait(3).size() == 3);
    CHECK(client.seen[0].type == "upload");
    CHECK(client.seen[0].data == "{\"id\":\"u1\"}");
    CHECK(client.seen[2].type == "alert");
    world.uploads.publish("{\"id\":\"u2\"}");
    world.logs.publish("alpha\n");
    auto again = world.follow("alpha", client.seen[1].id, "upload,alert,log");
    CHECK(again.wait(3).size() == 3);
    std::map<std::string, int> types;
    for (const auto& event : again.seen) ++types[event.type];
    CHECK(types == std::map<std::string, int>{{"alert", 1}, {"log", 1}, {"upload", 1}});
}

TEST_CASE("what is wrong is said before the stream begins") {
    World world;
    const struct {
        std::vector<std::pair<std::string, std::string>> query;
        const char* shown;
    } cases[] = {
        {{{"q", "level:(error"}}, "\"column\":"},
        {{{"q", "*"}, {"colour", "red"}}, "\"parameter\":\"colour\""},
        {{{"events", "weather"}}, "\"parameter\":\"events\""},
        {{{"events", "log,"}}, "\"parameter\":\"events\""},
        {{{"events", ""}}, "\"parameter\":\"events\""},
        {{{"last_event_id", "yesterday"}}, "\"parameter\":\"last_event_id\""},
        {{{"q", "a"}, {"q", "b"}}, "\"parameter\":\"q\""},
    };
    for (const auto& it : cases) {
        const auto response = world.get(it.query);
        INFO(body_of(response));
        CHECK(response.status == 400);
        CHECK(body_of(response).contains(it.shown));
    }
    CHECK(world.get({}, "nonsense").status == 400);
    world.logs.set_away(true);
    const auto away = world.get({{"q", "*"}});
    CHECK(away.status == 503);
    CHECK(world.metric("dashboard_stream_subscribers") == 0);
}

TEST_CASE("the header Last-Event-ID goes before the parameter") {
    World world;
    for (int i = 0; i < 4; ++i) world.logs.publish("a\n");
    auto response = world.get({{"last_event_id", "l1-0.1"}}, "l3-0.1");
    Client client(std::get<http::EventStream>(response.body));
    client.wait(1);
    CHECK(client.records() == "4-0");
    auto by_parameter = world.get({{"last_event_id", "l1-0.1"}});
    Client other(std::get<http::EventStream>(by_parameter.body));
    other.wait(3);
    CHECK(other.records() == "2-0 3-0 4-0");
}
