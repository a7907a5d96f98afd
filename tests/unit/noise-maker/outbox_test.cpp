#include "outbox.hpp"

#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <future>
#include <map>
#include <thread>

using namespace logchute;
using namespace logchute::noise;
using namespace std::chrono_literals;

namespace {

/// A bus that answers when told to. Locked, because the outbox may publish from a thread of its test.
class FakeBus {
public:
    void publish(std::uint64_t number, const Batch& batch, Outbox::Done done) {
        Result<void> answer;
        {
            const std::scoped_lock lock(mutex_);
            ++sent_[number];
            if (holds_) {
                waiting_.emplace_back(number, std::move(done));
                return;
            }
            if (failures_ > 0) {
                --failures_;
                answer = fail(code_, "told to fail");
            } else {
                stored_[number] = batch.text;
            }
        }
        done(answer);
    }
    void fail_next(int times, Errc code) {
        const std::scoped_lock lock(mutex_);
        failures_ = times;
        code_ = code;
    }
    void hold(bool holds) {
        const std::scoped_lock lock(mutex_);
        holds_ = holds;
    }
    bool answer_one() {
        std::unique_lock lock(mutex_);
        if (waiting_.empty()) return false;
        Outbox::Done done = std::move(waiting_.front().second);
        waiting_.pop_front();
        lock.unlock();
        done({});
        return true;
    }
    std::map<std::uint64_t, std::string> stored() {
        const std::scoped_lock lock(mutex_);
        return stored_;
    }
    int times_sent(std::uint64_t number) {
        const std::scoped_lock lock(mutex_);
        return sent_[number];
    }

private:
    std::mutex mutex_;
    int failures_ = 0;
    Errc code_ = Errc::unavailable;
    bool holds_ = false;
    std::map<std::uint64_t, int> sent_;
    std::map<std::uint64_t, std::string> stored_;
    std::deque<std::pair<std::uint64_t, Outbox::Done>> waiting_;
};

struct Post {
    FakeBus bus;
    std::atomic<std::uint32_t> delivered = 0;
    Outbox outbox{{.window = 2, .backoff_min = 1ms, .backoff_max = 4ms},
                  [this](std::uint64_t number, const Batch& batch, Outbox::Done done) { bus.publish(number, batch, std::move(done)); },
                  [this](std::uint32_t records, std::uint32_t, std::size_t) { delivered += records; }};
};

Batch batch(std::string text) { return {.text = std::move(text), .records = 3}; }

auto soon() { return std::chrono::steady_clock::now() + 5s; }

}  // namespace

TEST_CASE("what is acknowledged has been delivered") {
    Post post;
    REQUIRE(post.outbox.send(batch("a\n"), {}));
    REQUIRE(post.outbox.send(batch("b\n"), {}));
    REQUIRE(post.outbox.flush(soon()));
    CHECK(post.delivered == 6);
    CHECK(post.bus.stored() == std::map<std::uint64_t, std::string>{{1, "a\n"}, {2, "b\n"}});
}

TEST_CASE("what fails is sent again under its number until it is stored") {
    for (const Errc code : {Errc::unavailable, Errc::timeout, Errc::full, Errc::failed}) {
        Post post;
        post.bus.fail_next(5, code);
        REQUIRE(post.outbox.send(batch("a\n"), {}));
        REQUIRE(post.outbox.flush(soon()));
        CHECK(post.bus.times_sent(1) == 6);
        CHECK(post.bus.stored() == std::map<std::uint64_t, std::string>{{1, "a\n"}});
        CHECK(post.delivered == 3);
    }
}

TEST_CASE("a failure that no retry helps is told by the next call") {
    Post post;
    post.bus.fail_next(1, Errc::too_large);
    REQUIRE(post.outbox.send(batch("a\n"), {}));
    const auto next = post.outbox.send(batch("b\n"), {});
    REQUIRE(!next);
    CHECK(next.error().code == Errc::too_large);
    CHECK(!post.outbox.flush(soon()));
}

TEST_CASE("a full window blocks until one is acknowledged") {
    Post post;
    post.bus.hold(true);
    REQUIRE(post.outbox.send(batch("a\n"), {}));
    REQUIRE(post.outbox.send(batch("b\n"), {}));
    auto third = std::async(std::launch::async, [&] { return post.outbox.send(batch("c\n"), {}); });
    CHECK(post.bus.times_sent(3) == 0);
    CHECK(post.bus.answer_one());
    CHECK(third.get());
    CHECK(post.delivered == 3);
    while (post.bus.answer_one()) {
    }
    CHECK(post.outbox.flush(soon()));
}

TEST_CASE("a stop ends the wait for room") {
    Post post;
    post.bus.hold(true);
    std::stop_source stop;
    REQUIRE(post.outbox.send(batch("a\n"), stop.get_token()));
    REQUIRE(post.outbox.send(batch("b\n"), stop.get_token()));
    auto third = std::async(std::launch::async, [&] { return post.outbox.send(batch("c\n"), stop.get_token()); });
    stop.request_stop();
    const auto outcome = third.get();
    REQUIRE(!outcome);
    CHECK(outcome.error().code == Errc::closed);
    while (post.bus.answer_one()) {
    }
}

TEST_CASE("a flush in vain says how many records are missing") {
    Post post;
    post.bus.hold(true);
    REQUIRE(post.outbox.send(batch("a\n"), {}));
    const auto flushed = post.outbox.flush(std::chrono::steady_clock::now());
    REQUIRE(!flushed);
    CHECK(flushed.error().code == Errc::timeout);
    CHECK(flushed.error().detail.starts_with("3 records"));
    post.bus.answer_one();
}
