// A process that is killed while it writes leaves rows and the sequence reached in agreement.
#include <sys/wait.h>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <random>
#include <thread>

#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

namespace {

constexpr std::size_t kRecords = 3000;

std::string lines(std::uint64_t sequence) {
    std::string text;
    for (std::size_t n = 0; n < kRecords; ++n) {
        text += R"({"message":"record )" + std::to_string(n) + " of message" + std::to_string(sequence) + R"(","seq":)" +
                std::to_string(sequence) + "}\n";
    }
    return text;
}

// Appends from where the store is, two messages a batch, without end.
[[noreturn]] void write_until_killed(const TempFolder& folder) {
    try {
        DuckDbStore store(options_in(folder));
        for (auto sequence = store.reached() + 1;; sequence += 2) {
            BatchBuilder builder;
            builder.message(sequence, lines(sequence), Format::json).message(sequence + 1, lines(sequence + 1), Format::json);
            builder.tally("source/test", {2 * kRecords, 0});
            if (!store.append(builder.batch())) std::_Exit(3);
        }
    } catch (...) {
        std::_Exit(4);
    }
}

}  // namespace

TEST_CASE("killed at any moment, the store has each record up to what it reached exactly once") {
    const TempFolder folder;
    std::mt19937 chance(20261121);
    std::uint64_t before = 0;
    for (int round = 0; round < 6; ++round) {
        const auto child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) write_until_killed(folder);
        // Not a wait for something: the moment is what is varied.
        std::this_thread::sleep_for(std::chrono::milliseconds(150 + chance() % 700));
        ::kill(child, SIGKILL);
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WIFSIGNALED(status));

        DuckDbStore store(options_in(folder));
        const auto reached = store.reached();
        CHECK(reached >= before);
        before = reached;
        CHECK(count_of(store, "") == reached * kRecords);
        CHECK(store.usage().rows == reached * kRecords);
        if (reached == 0) continue;
        CHECK(store.tallies("")->at("source/test").stored == reached * kRecords);
        for (const auto sequence : {std::uint64_t{1}, (reached + 1) / 2, reached}) {
            CHECK(count_of(store, "message" + std::to_string(sequence)) == kRecords);
            CHECK(count_of(store, "seq:" + std::to_string(sequence)) == kRecords);
        }
        CHECK(count_of(store, "message" + std::to_string(reached + 1)) == 0);
    }
    CHECK(before > 0);
}
