#include "logchute/runtime/event_queue.hpp"

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>
#include <thread>

using namespace logchute;
using namespace logchute::http;

namespace {

struct Queue {
    std::shared_ptr<EventBudget> budget = std::make_shared<EventBudget>(1U << 20);
    std::shared_ptr<EventQueue> queue;

    explicit Queue(EventQueueOptions options = {}) {
        options.budget = budget;
        queue = std::make_shared<EventQueue>(std::move(options));
    }
    bool push(const std::string& id, std::uint32_t weight = 1, const std::string& data = "x") {
        return queue->push({id, budget->text("log", data), weight});
    }
    std::string take(std::size_t bytes = 1U << 20) {
        std::string out;
        (void)queue->take(out, bytes);
        return out;
    }
};

std::string event(const std::string& id) { return "id: " + id + "\nevent: log\ndata: x\n\n"; }

}  // namespace

TEST_CASE("events come out as they went in, each with its own id") {
    Queue it;
    CHECK(it.push("1"));
    CHECK(it.push("2"));
    CHECK(it.take() == event("1") + event("2"));
    CHECK(it.take().empty());
}

TEST_CASE("data of several lines stays one event") {
    const auto budget = std::make_shared<EventBudget>(1000);
    const struct {
        const char* data;
        const char* text;
    } cases[] = {
        {"a", "event: log\ndata: a\n\n"},
        {"", "event: log\ndata: \n\n"},
        {"a\nb", "event: log\ndata: a\ndata: b\n\n"},
        {"a\r\nb\rc\n", "event: log\ndata: a\ndata: b\ndata: c\ndata: \n\n"},
        {"a\n\nid: 7", "event: log\ndata: a\ndata: \ndata: id: 7\n\n"},
    };
    for (const auto& it : cases) CHECK(*budget->text("log", it.data) == it.text);
}

TEST_CASE("a full queue drops the oldest, and says how many before the next one") {
    Queue it({.events_max = 3});
    for (int i = 1; i <= 7; ++i) CHECK(it.push(std::to_string(i)));
    const std::string missed = "id: 4\nevent: missed\ndata: {\"count\":4}\n\n";
    CHECK(it.take() == missed + event("5") + event("6") + event("7"));
    CHECK(it.push("8"));
    CHECK(it.take() == event("8"));
}

TEST_CASE("a full queue is full by bytes too, but one event always fits") {
    Queue it({.bytes_max = 100});
    it.push("1", 1, std::string(60, 'a'));
    it.push("2", 1, std::string(200, 'b'));
    const auto out = it.take();
    CHECK(out.contains("data: {\"count\":1}"));
    CHECK(out.contains("bbb"));
}

TEST_CASE("what a later event makes good is not counted as missed") {
    Queue it({.events_max = 1});
    it.push("1", 0);
    it.push("2", 1);
    CHECK(it.take() == event("2"));
}

TEST_CASE("a take stops at the bytes it was given, and says that there is more") {
    Queue it;
    for (const char* id : {"1", "2", "3"}) it.push(id);
    std::string out;
    CHECK(it.queue->take(out, 1) == EventQueue::Taken::some);
    CHECK(out == event("1"));
    CHECK(it.queue->take(out, 1000) == EventQueue::Taken::all);
    it.queue->end();
    it.push("4");
    CHECK(it.queue->take(out, 1) == EventQueue::Taken::some);
    CHECK(it.queue->take(out, 1000) == EventQueue::Taken::ended);
}

TEST_CASE("a queue wakes its connection once for what is new") {
    Queue it;
    int woken = 0;
    it.queue->attach([&] { ++woken; });
    it.push("1");
    it.push("2");
    CHECK(woken == 1);
    (void)it.take();
    it.push("3");
    CHECK(woken == 2);
    it.queue->close();
    CHECK_FALSE(it.push("4"));
    CHECK(woken == 2);
}

TEST_CASE("a producer that can wait hears of room once half is taken") {
    Queue it({.events_max = 4});
    int calls = 0;
    CHECK_FALSE(it.queue->wait_for_room([&] { ++calls; }));
    for (const char* id : {"1", "2", "3", "4"}) it.push(id);
    CHECK_FALSE(it.queue->has_room());
    CHECK(it.queue->wait_for_room([&] { ++calls; }));
    (void)it.take(1);
    CHECK(calls == 0);
    (void)it.take();
    CHECK(calls == 1);
    CHECK(it.queue->has_room());
}

TEST_CASE("the budget counts a text once, and forgets it with its last holder") {
    Queue a;
    EventQueueOptions options;
    options.budget = a.budget;
    EventQueue b(options);
    const auto text = a.budget->text("log", std::string(10'000, 'x'));
    const auto alone = a.budget->bytes();
    a.queue->push({"1", text});
    b.push({"1", text});
    CHECK(a.budget->bytes() < alone + 1000);
    a.queue->close();
    b.close();
    CHECK(a.budget->bytes() == alone);
}

TEST_CASE("a queue closes with the last copy of its stream") {
    Queue it;
    auto stream = EventQueue::stream(it.queue);
    auto copy = stream;
    stream.reset();
    CHECK_FALSE(it.queue->is_closed());
    copy.reset();
    CHECK(it.queue->is_closed());
}

TEST_CASE("while memory is short only who leaves its events for a while is cut short") {
    const auto crowd = [](Queue& it) { return it.budget->text("log", std::string(2U << 20, 'x')); };
    Queue idle({.crowded_events_max = 4});
    const auto much = crowd(idle);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // idle all the while, which is no fault
    for (int i = 0; i < 10; ++i) idle.push(std::to_string(i));
    CHECK_FALSE(idle.take().contains("missed"));

    Queue stalled({.crowded_events_max = 4});
    const auto more = crowd(stalled);
    stalled.push("first");
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    for (int i = 0; i < 10; ++i) stalled.push(std::to_string(i));
    CHECK(stalled.take().starts_with("id: 5\nevent: missed\ndata: {\"count\":7}\n\nid: 6\n"));
}
