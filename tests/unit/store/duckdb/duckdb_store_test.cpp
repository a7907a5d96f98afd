// Writes of unknown outcome: what the store makes of them, batch by batch.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <thread>

#include "duckdb_faults.hpp"
#include "store_fixture.hpp"

using namespace logchute;
using namespace logchute::store;
using namespace logchute::store::testing;

namespace {

const WriteBatch kTalliesAlone{{}, 5, {{"source/http", {0, 3}}, {"upload/a", {0, 3}}}};
const Tallies kOnce{{"source/http", {1, 3}}, {"upload/a", {0, 3}}};

void begin(DuckDbStore& store) {
    BatchBuilder first;
    REQUIRE(store.append(first.message(1, "a line").tally("source/http", {1, 0}).batch()));
}

// As the pipeline does: the same batch, until it is in.
int append_until_done(DuckDbStore& store, const WriteBatch& batch) {
    for (int tries = 1; tries < 5; ++tries) {
        if (store.append(batch)) return tries;
    }
    FAIL("it is refused for ever");
    return 0;
}

}  // namespace

TEST_CASE("a batch of tallies alone counts once, whatever its commit is said to have done") {
    const TempFolder folder;
    const auto fault = GENERATE(Fault::before, Fault::after);
    // Where the file can be neither asked nor opened again at once, the next try has to settle it.
    const bool is_settled_at_once = GENERATE(true, false);
    CAPTURE(static_cast<int>(fault), is_settled_at_once);
    {
        DuckDbStore store(options_in(folder));
        begin(store);
        const FailingStatement commit("COMMIT", fault);
        const int others = is_settled_at_once ? 0 : 1;
        const FailingStatement question("SELECT reached", Fault::before, others);
        const FailingStatement opening("ATTACH", Fault::before, others);
        append_until_done(store, kTalliesAlone);
        CHECK(commit.failed() == 1);
        CHECK(opening.failed() == others);
        CHECK(store.reached() == 5);
        CHECK(*store.tallies("") == kOnce);
        CHECK(count_of(store, "") == 1);
        REQUIRE(append_lines(store, 6, "goes on"));
    }
    DuckDbStore store(options_in(folder));
    CHECK(store.reached() == 6);
    CHECK(*store.tallies("") == kOnce);
    CHECK(count_of(store, "") == 2);
}

TEST_CASE("a batch that reaches no further is refused, for it could not be known again") {
    const TempFolder folder;
    DuckDbStore store(options_in(folder));
    begin(store);
    CHECK(store.append({{}, 1, {{"source/http", {0, 1}}}}).error().code == Errc::invalid);
    CHECK(store.append({{}, 0, {}}).error().code == Errc::invalid);
    CHECK(*store.tallies("") == Tallies{{"source/http", {1, 0}}});
}

TEST_CASE("a batch whose commit is in doubt is there once") {
    const TempFolder folder;
    const auto fault = GENERATE(Fault::before, Fault::after);
    CAPTURE(static_cast<int>(fault));
    DuckDbStore store(options_in(folder));
    begin(store);
    BatchBuilder batch;
    batch.message(2, "two\nlines").tally("source/http", {2, 0});
    const FailingStatement commit("COMMIT", fault);
    const FailingStatement question("SELECT reached", Fault::before);
    const FailingStatement opening("ATTACH", Fault::before);
    append_until_done(store, batch.batch());
    CHECK(store.reached() == 2);
    CHECK(count_of(store, "") == 3);
    CHECK(store.tallies("")->at("source/http") == Tally{3, 0});
}

TEST_CASE("a day that is over and had to be opened again has filters for all its rows") {
    const TempFolder folder;
    const auto filters = folder.path() / "logs-2026.11.21.filters";
    std::filesystem::create_directory(filters);  // So that the filter of the last block is kept in memory alone.
    DuckDbStore store(options_in(folder));
    begin(store);
    std::filesystem::remove(filters);
    const FailingStatement checkpoint("CHECKPOINT d20261121", Fault::before);
    REQUIRE(append_lines(store, 2, "tomorrow", Format::automatic, "test", kNoon + kDay));
    const auto is_made = [&] {
        std::error_code absent;
        const auto size = std::filesystem::file_size(filters, absent);
        return !absent && size > 0;
    };
    // The maintenance does it in its own time, and tells nobody.
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!is_made() && std::chrono::steady_clock::now() < patience) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    CHECK(is_made());
    CHECK(checkpoint.failed() == 1);
    CHECK(count_of(store, "line") == 1);
    CHECK(count_of(store, "") == 2);
}
