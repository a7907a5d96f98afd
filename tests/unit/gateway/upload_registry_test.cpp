#include "upload_registry.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace logchute;
using namespace logchute::gateway;

TEST_CASE("an upload comes back from its entry as it was") {
    Upload upload{.id = "0199",
                  .file = "a \"b\".log",
                  .state = UploadState::searchable,
                  .bytes = 1,
                  .lines = 2,
                  .records = 3,
                  .stored = 4,
                  .dead_lettered = 5,
                  .started_at = from_nanos(1'700'000'000'000'000'000),
                  .updated_at = from_nanos(1'700'000'001'000'000'000),
                  .finished_at = from_nanos(1'700'000'002'000'000'000)};
    const auto again = upload_from_json(to_json(upload));
    REQUIRE(again);
    CHECK(to_json(*again) == to_json(upload));
    CHECK(again->file == upload.file);
    CHECK(again->finished_at == upload.finished_at);
    upload.finished_at.reset();
    upload.state = UploadState::receiving;
    CHECK(to_json(*upload_from_json(to_json(upload))) == to_json(upload));
    CHECK(to_json(upload).contains("\"finished_at\":null"));
}

TEST_CASE("an entry that is none is a failure") {
    for (
        const char* text :
        {"", "[]", "{}", "{\"id\":1}",
         R"({"id":"1","file":"a","state":"eaten","bytes":0,"lines":0,"records":0,"stored":0,"dead_lettered":0,"started_at":"","updated_at":"","finished_at":null})"})
        CHECK_FALSE(upload_from_json(text));
}
