#include "github_event.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include <nlohmann/json.hpp>

#include "logchute/core/json_records.hpp"

using namespace logchute;
using namespace logchute::gateway;
using nlohmann::json;

namespace {

json record_of(std::string_view event, const std::string& payload) {
    const auto checked = json_records(payload);
    REQUIRE(checked);
    const std::string line = github_record({.name = event, .delivery = "d-1", .payload = checked->lines});
    CHECK(line.ends_with('\n'));
    CHECK(line.find('\n') == line.size() - 1);
    CHECK(line.size() < 16'000);
    return json::parse(line);
}

constexpr std::string_view kCommon = R"("repository":{"name":"dam","full_name":"river/dam"},"sender":{"login":"mira"})";

json record_with(std::string_view event, std::string_view rest) {
    return record_of(event, "{" + std::string(kCommon) + (rest.empty() ? "" : ",") + std::string(rest) + "}");
}

}  // namespace

TEST_CASE("each event becomes a sentence that names the repository and what it is about") {
    const struct {
        const char* event;
        const char* payload;
        const char* message;
        const char* level;
    } cases[] = {
        {"push", R"("ref":"refs/heads/main","commits":[{},{}],"head_commit":{"message":"Open the gate\n\nSlowly."})",
         "river/dam: mira pushed 2 commits to main: Open the gate", "info"},
        {"push", R"("ref":"refs/heads/old","deleted":true,"commits":[],"head_commit":null)", "river/dam: mira deleted the branch old",
         "info"},
        {"push", R"("ref":"refs/tags/v1","commits":[],"pusher":{"name":"otto"})", "river/dam: otto pushed the tag v1", "info"},
        {"push", R"("ref":"refs/heads/x","forced":true,"commits":[{}])", "river/dam: mira force-pushed 1 commit to x", "info"},
        {"pull_request", R"("action":"opened","pull_request":{"number":7,"title":"Raise the wall"})",
         "river/dam: pull request #7 opened by mira: Raise the wall", "info"},
        {"pull_request", R"("action":"closed","pull_request":{"number":7,"title":"Raise the wall","merged":true})",
         "river/dam: pull request #7 merged by mira: Raise the wall", "info"},
        {"issues", R"("action":"reopened","issue":{"number":8,"title":"It leaks"})", "river/dam: issue #8 reopened by mira: It leaks",
         "info"},
        {"issue_comment", R"("action":"created","issue":{"number":8,"title":"It leaks"},"comment":{"body":"Still."})",
         "river/dam: comment created by mira on #8 (It leaks): Still.", "info"},
        {"workflow_run",
         R"("action":"completed","workflow_run":{"name":"CI","run_number":12,"conclusion":"failure","head_branch":"main","display_title":"Fix"})",
         "river/dam: workflow CI #12 failure on main: Fix", "error"},
        {"workflow_run", R"("action":"completed","workflow_run":{"name":"CI","run_number":13,"conclusion":"cancelled"})",
         "river/dam: workflow CI #13 cancelled", "warn"},
        {"workflow_run", R"("action":"requested","workflow_run":{"name":"CI","run_number":14,"conclusion":null})",
         "river/dam: workflow CI #14 requested", "info"},
        {"release", R"("action":"published","release":{"tag_name":"v2","name":"Second"})",
         "river/dam: release v2 published by mira: Second", "info"},
        {"check_run", R"("action":"completed","check_run":{"name":"lint","conclusion":"timed_out"})",
         "river/dam: check_run completed by mira (timed_out): lint", "error"},
        {"status", R"("state":"error","description":"the runner died")", "river/dam: status by mira (error): the runner died", "error"},
        {"ping", R"("zen":"Less is more.")", "river/dam: ping by mira: Less is more.", "info"},
        {"invented_later", R"("action":"turned")", "river/dam: invented_later turned by mira", "info"},
    };
    for (const auto& it : cases) {
        INFO(it.event << ' ' << it.payload);
        const json record = record_with(it.event, it.payload);
        CHECK(record["message"] == it.message);
        CHECK(record["level"] == it.level);
        CHECK(record["service"] == "dam");
        CHECK(record["tags"]["event"] == it.event);
        CHECK(record["tags"]["repository"] == "river/dam");
        CHECK(record["fields"]["sender"] == "mira");
        CHECK(record["fields"]["delivery"] == "d-1");
    }
}

TEST_CASE("numbers stay numbers, and the time is that of the event") {
    const json pull = record_with(
        "pull_request",
        R"("action":"opened","pull_request":{"number":7,"additions":12,"merged":false,"updated_at":"2026-03-01T08:00:00Z","html_url":"https://x/7"})");
    CHECK(pull["fields"]["number"] == 7);
    CHECK(pull["fields"]["additions"] == 12);
    CHECK(pull["fields"]["merged"] == false);
    CHECK(pull["fields"]["url"] == "https://x/7");
    CHECK(pull["timestamp"] == "2026-03-01T08:00:00Z");
    CHECK(pull["tags"]["action"] == "opened");
    const json push = record_of("push", R"({"repository":{"full_name":"a/b","pushed_at":1700000000},"commits":[{}]})");
    CHECK(push["timestamp"] == "2023-11-14T22:13:20Z");
    CHECK(push["fields"]["commits"] == 1);
    CHECK_FALSE(record_with("issues", R"("issue":{"updated_at":"soon"})").contains("timestamp"));
}

TEST_CASE("a payload of any shape ends in a record of bounded size") {
    const std::string huge(300'000, 'x');
    for (const std::string& payload :
         {std::string("{}"), std::string(R"({"repository":1,"sender":[],"action":{}})"),
          std::string(R"({"repository":{"full_name":{},"name":[1]},"commits":{"a":1},"head_commit":"x"})"),
          R"({"repository":{"full_name":")" + huge + R"("},"issue":{"title":")" + huge + R"(","number":)" + std::string(300, '9') + "}}",
          std::string("{\"repository\":{\"full_name\":\"a\\u0000\\n\\u001b[31m/b\"},\"action\":\"\\ud83d\\ude00\"}"),
          std::string(R"({"workflow_run":null,"release":true,"pull_request":"x","issue":[[[]]]})")}) {
        for (const char* event : {"push", "pull_request", "issues", "issue_comment", "workflow_run", "release", "ping", "x"}) {
            const json record = record_of(event, payload);
            CHECK(record["message"].is_string());
            CHECK_FALSE(record["message"].get<std::string>().empty());
            CHECK_FALSE(record["service"].get<std::string>().empty());
        }
    }
}

TEST_CASE("payloads made at random end in records too") {
    std::mt19937 chance(5);
    const char* const names[] = {"repository",   "full_name",   "name",    "issue",      "number",       "title",
                                 "commits",      "head_commit", "message", "action",     "sender",       "login",
                                 "workflow_run", "conclusion",  "release", "updated_at", "pull_request", "ref"};
    const auto make = [&](auto&& self, int depth) -> json {
        switch (chance() % (depth > 4 ? 5 : 8)) {
            case 0: return nullptr;
            case 1: return static_cast<int>(chance());
            case 2: return chance() % 2 == 0;
            case 3: return std::string(chance() % 40, '\n') + std::string(chance() % 700, '\"');
            case 4: return names[chance() % std::size(names)];
            case 5: {
                json list = json::array();
                for (auto i = chance() % 4; i > 0; --i) list.push_back(self(self, depth + 1));
                return list;
            }
            default: {
                json object = json::object();
                for (auto i = chance() % 8; i > 0; --i) object[names[chance() % std::size(names)]] = self(self, depth + 1);
                return object;
            }
        }
    };
    for (int round = 0; round < 2'000; ++round) {
        json payload = make(make, 0);
        if (!payload.is_object()) continue;
        for (const char* event : {"push", "issues", "workflow_run", "other"}) (void)record_of(event, payload.dump());
    }
}

TEST_CASE("an event has a plain name") {
    for (const char* good : {"push", "pull_request_review", "X9"}) CHECK(is_github_event(good));
    for (const std::string& bad : {std::string(), std::string("a b"), std::string("a\nb"), std::string("a-b"), std::string(65, 'a')})
        CHECK_FALSE(is_github_event(bad));
}
