// The same request sent again, against the real server.
#include "gateway/compression.hpp"
#include "log_world.hpp"

using namespace logchute;
using namespace logchute::gateway;

namespace {

std::string file_form(std::string_view content) { return part("file", "a.log", content) + kFormEnd; }

}  // namespace

TEST_CASE("a body sent again under its key is answered as the first time and stored once") {
    LogWorld world;
    const std::string body = lines(10'000);  // several messages
    const auto first = world.send(body, "k1");
    CHECK(first.status == 200);
    const auto messages = world.messages();
    CHECK(messages > 3);
    const auto again = world.send(body, "k1");
    CHECK(again.status == 200);
    CHECK(body_of(again) == body_of(first));
    CHECK(world.messages() == messages);
    CHECK(world.records() == static_cast<std::uint64_t>(std::ranges::count(body, '\n')));
}

TEST_CASE("only a repeated key makes a duplicate: not the content, nor the key for another body or source") {
    LogWorld world;
    const std::string body = "same\n";
    for (const auto& [text, key, source] :
         {std::tuple(body, "", "web"), std::tuple(body, "", "web"), std::tuple(body, "a", "web"), std::tuple(body, "a", "web"),
          std::tuple(body, "b", "web"), std::tuple(body, "a", "api"), std::tuple(std::string("other\n"), "a", "web")})
        CHECK(body_of(world.send(text, key, source)) == R"({"accepted":1})");
    CHECK(world.messages() == 6);
}

TEST_CASE("a body that broke off midway is completed by sending it again") {
    LogWorld world;
    const std::string body = lines(10'000);
    Origin origin{.source = "web", .identity = "k"};
    {
        IntakeStream stream(world.publisher, origin, {.chunk_bytes = 2'000});
        REQUIRE(stream.add(body.substr(0, 5'001)));
    }
    const auto before = stored(world).size();
    CHECK(before == 2);
    CHECK(world.send(body, "k").status == 200);
    std::string all;
    for (const Stored& message : stored(world)) all += message.payload;
    CHECK(body.substr(body.size() - all.size()).ends_with(all));  // what came behind, and nothing twice
    CHECK(world.messages() == [&] {
        LogWorld fresh;
        (void)fresh.send(body, "k");
        return fresh.messages();
    }());
}

TEST_CASE("a key that is none is refused, and nothing is stored") {
    LogWorld world;
    const auto response = world.send("one\n", "two words");
    CHECK(response.status == 400);
    CHECK(body_of(response).contains(R"("parameter":"Idempotency-Key")"));
    CHECK(world.post(file_form("one\n"), "two words").status == 400);
    CHECK(world.messages() == 0);
}

TEST_CASE("messages say how many records they hold, also where several requests share one") {
    LogWorld world;
    {
        std::vector<std::jthread> senders;
        for (int i = 0; i < 8; ++i) senders.emplace_back([&] { (void)world.send("one\n\ntwo\n", ""); });
    }
    CHECK(world.send("[{\"a\":1},{\"b\":2}]", "", "web", "application/json").status == 200);
    CHECK(world.records() == 18);
}

TEST_CASE("an upload that broke off goes on as the same one, and ends with the right counts") {
    World world;
    const std::string text = lines(3U << 20);
    const std::string packed = gzip(text);
    const auto count = static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
    CHECK(world.post(file_form(packed).substr(0, packed.size() / 2), "k").status == 500);
    REQUIRE(world.uploads().size() == 1);
    const Upload broken = world.uploads().front();
    CHECK(broken.state == UploadState::incomplete);
    CHECK(broken.records < count);
    const auto before = world.messages();
    CHECK(before > 0);

    const auto again = world.post(file_form(packed), "k");
    CHECK(again.status == 202);
    CHECK(body_of(again).contains(broken.id));
    REQUIRE(world.uploads().size() == 1);
    const Upload whole = world.uploads().front();
    CHECK(whole.state == UploadState::processing);
    CHECK(whole.records == count);
    CHECK(whole.lines == count);
    CHECK(whole.bytes == packed.size());
    std::string all;
    for (const Stored& message : stored(world)) all += message.payload;
    CHECK((all == text));
}

TEST_CASE("a whole upload sent again stays what it is") {
    World world;
    const std::string text = lines(2U << 20);
    const auto first = world.post(file_form(text), "k");
    const auto messages = world.messages();
    const Upload before = world.uploads().front();
    const auto again = world.post(file_form(text), "k");
    CHECK(again.status == 202);
    CHECK(body_of(again) == body_of(first));
    CHECK(world.messages() == messages);
    REQUIRE(world.uploads().size() == 1);
    CHECK(world.uploads().front().records == before.records);
    CHECK(world.uploads().front().state == UploadState::processing);

    CHECK(world.post(file_form("another\n"), "k").status == 202);  // never dropped in silence
    CHECK(world.messages() == messages + 1);
    CHECK(world.uploads().front().records == before.records + 1);
    CHECK(world.post(file_form(text)).status == 202);
    CHECK(world.uploads().size() == 2);
}

TEST_CASE("files of one form, and forms under other keys, are uploads of their own") {
    World world;
    const std::string form = part("file", "a.log", "same\n") + part("file", "a.log", "same\n") + part("file", "b.log", "same\n") + kFormEnd;
    for (const char* key : {"k", "k", "l"}) CHECK(world.post(form, key).status == 202);
    CHECK(world.uploads().size() == 6);
    CHECK(world.messages() == 6);
}

TEST_CASE("an attempt that ends late does not undo the one that came after it") {
    World world;
    auto first = world.registry.begin("a.log", "0 k").value();
    auto second = world.registry.begin("a.log", "0 k").value();
    CHECK(second.id == first.id);
    second.state = UploadState::processing;
    REQUIRE(world.registry.save(second));
    REQUIRE(world.registry.break_off(first));
    CHECK(world.registry.find(first.id).value().state == UploadState::searchable);  // no records: nothing to wait for
}
