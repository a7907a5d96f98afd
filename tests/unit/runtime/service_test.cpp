#include "logchute/runtime/service.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "raw_client.hpp"
#include "temp_folder.hpp"

using namespace logchute;
using Catch::Matchers::ContainsSubstring;
using Words = std::vector<std::string>;

namespace {

std::vector<char*> pointers(Words& words) {
    std::vector<char*> all;
    for (std::string& word : words) all.push_back(word.data());
    all.push_back(nullptr);
    return all;
}

// The sample service as a process of its own, in a folder of its own. Its standard output and error come back as one text.
class Sample {
public:
    explicit Sample(const test::TempFolder& folder, Words arguments = {}, Words environment = {}) {
        arguments.insert(arguments.begin(), SAMPLE_SERVICE);
        std::array<int, 2> pipe{};
        REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addchdir_np(&actions, folder.path().c_str());
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
        REQUIRE(::posix_spawn(&pid_, SAMPLE_SERVICE, &actions, nullptr, pointers(arguments).data(), pointers(environment).data()) == 0);
        posix_spawn_file_actions_destroy(&actions);
        ::close(pipe[1]);
        output_ = pipe[0];
    }
    ~Sample() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        ::close(output_);
    }
    Sample(const Sample&) = delete;
    Sample& operator=(const Sample&) = delete;

    // Reads on until `text` has been said; false where the process has ended first.
    bool says(const std::string& text) {
        while (said_.find(text) == std::string::npos)
            if (!read_more()) return false;
        return true;
    }
    void signal(int number) const { ::kill(pid_, number); }
    // The exit code; 128 and more for a signal.
    int wait() {
        while (read_more()) {
        }
        int status = 0;
        ::waitpid(std::exchange(pid_, 0), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    [[nodiscard]] const std::string& said() const { return said_; }
    std::uint16_t port() {
        REQUIRE(says("\"url\":\"http://127.0.0.1:"));
        const auto at = said_.find("127.0.0.1:") + 10;
        while (said_.find('"', at) == std::string::npos) REQUIRE(read_more());
        return static_cast<std::uint16_t>(std::stoi(said_.substr(at)));
    }

private:
    bool read_more() {
        pollfd waited{output_, POLLIN, 0};
        if (::poll(&waited, 1, 30'000) <= 0) throw std::runtime_error("the sample says nothing for 30 s; before: " + said_);
        std::array<char, 4096> piece{};
        const ssize_t n = ::read(output_, piece.data(), piece.size());
        if (n <= 0) return false;
        said_.append(piece.data(), static_cast<std::size_t>(n));
        return true;
    }

    pid_t pid_ = 0;
    int output_ = -1;
    std::string said_;
};

// A port that was free a moment ago.
std::string free_port() {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    ::close(listener);
    return std::to_string(ntohs(address.sin_port));
}

test::RawReply get(std::uint16_t port, const std::string& path) {
    test::RawClient client(port);
    return client.ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
}

}  // namespace

TEST_CASE("a service explains itself") {
    const test::TempFolder folder;
    Sample help(folder, {"--help"});
    CHECK(help.wait() == 0);
    for (const char* word : {"--config", "--check-config", "--version", "--message", "what to say", "LOGCHUTE_<SECTION>_<KEY>"})
        CHECK_THAT(help.said(), ContainsSubstring(word));
    Sample version(folder, {"--version"});
    CHECK(version.wait() == 0);
    CHECK(version.said() == "logchute gateway 0.1.0\n");
    Sample reference(folder, {"--reference-config"});
    CHECK(reference.wait() == 0);
    CHECK_THAT(reference.said(), ContainsSubstring("\ngateway:\n"));
}

TEST_CASE("wrong flags and settings end it with 2 and say what is wrong") {
    const test::TempFolder folder;
    const std::string misspelt = folder.write("misspelt.yaml", "# settings\nstore:\n  engnie: duckdb\n");
    const std::string good = folder.write("good.yaml", "gateway:\n  port: 8081\n");
    struct Case {
        Words arguments;
        Words environment;
        int code;
        std::string said;
    };
    for (const auto& [arguments, environment, code, said] :
         {Case{{"--colour"}, {}, 2, "--colour"},
          {{"--config"}, {}, 2, "--config"},
          {{"--config", misspelt, "--check-config"},
           {},
           2,
           "misspelt.yaml:3:3: unknown key 'engnie' in section 'store'; did you mean 'engine'?"},
          {{"--config", misspelt}, {}, 2, "engnie"},
          {{"--config", folder.path("absent.yaml"), "--check-config"}, {}, 2, "absent.yaml"},
          {{"--config", good, "--check-config"}, {}, 0, "configuration is valid\n"},
          {{"--check-config"}, {}, 0, "configuration is valid\n"},
          {{"--check-config"}, {"LOGCHUTE_GATEWAY_PROT=8081"}, 2, "did you mean LOGCHUTE_GATEWAY_PORT?"},
          {{"--check-config"}, {"LOGCHUTE_GATEWAY_HOST=0.0.0.0"}, 2, "auth.allow_unauthenticated"}}) {
        CAPTURE(said);
        Sample sample(folder, arguments, environment);
        CHECK(sample.wait() == code);
        CHECK_THAT(sample.said(), ContainsSubstring(said));
    }
    folder.write("config.yaml", "gatewya: {}\n");
    Sample own_file(folder, {"--check-config"});
    CHECK(own_file.wait() == 2);
    CHECK_THAT(own_file.said(), ContainsSubstring("config.yaml:1:1"));
}

TEST_CASE("it serves its own routes, and stops in reverse order with 0 after a signal") {
    for (const int number : {SIGTERM, SIGINT}) {
        const test::TempFolder folder;
        Sample sample(folder, {"--message", "ahoy"}, {"LOGCHUTE_GATEWAY_PORT=" + free_port()});
        const std::uint16_t port = sample.port();
        CHECK(get(port, "/message").body == "ahoy");
        CHECK(get(port, "/health/live").status == 200);
        CHECK(get(port, "/health/ready").status == 200);
        CHECK(get(port, "/health?verbose=1").status == 400);
        CHECK(get(port, "/health").body == R"({"status":"ready","checks":{}})");
        CHECK_THAT(get(port, "/debug/pprof/cmdline").body, ContainsSubstring("--message\nahoy"));
        const auto metrics = get(port, "/metrics");
        CHECK(metrics.header("content-type") == "text/plain; version=0.0.4; charset=utf-8");
        CHECK_THAT(metrics.body, ContainsSubstring("\nlogchute_ready 1\n") && ContainsSubstring("process_open_fds"));
        sample.signal(number);
        CHECK(sample.wait() == 0);
        CHECK_THAT(sample.said(), ContainsSubstring(number == SIGTERM ? "SIGTERM" : "SIGINT"));
        const auto http = sample.said().find("\"part\":\"HTTP\"");
        const auto second = sample.said().find("\"part\":\"second\"");
        const auto first = sample.said().find("\"part\":\"first\"");
        CHECK(http < second);
        CHECK(second < first);
        CHECK(first != std::string::npos);
    }
}

TEST_CASE("a second signal quits at once") {
    const test::TempFolder folder;
    Sample sample(folder, {}, {"SAMPLE=stuck", "LOGCHUTE_GATEWAY_PORT=" + free_port()});
    REQUIRE(sample.says("\"message\":\"ready\""));
    sample.signal(SIGTERM);
    REQUIRE(sample.says("\"part\":\"HTTP\""));
    sample.signal(SIGINT);
    CHECK(sample.wait() == 130);
}

TEST_CASE("a port in use ends it with 1, named with the setting to change") {
    const test::TempFolder folder;
    const std::string port = free_port();
    Sample first(folder, {}, {"PORT=" + port});
    REQUIRE(first.says("\"message\":\"ready\""));
    Sample second(folder, {}, {"PORT=" + port});
    CHECK(second.wait() == 1);
    CHECK_THAT(second.said(), ContainsSubstring("127.0.0.1:" + port) && ContainsSubstring("gateway.port"));
    CHECK_THAT(second.said(), ContainsSubstring("cannot start"));
    first.signal(SIGTERM);
    CHECK(first.wait() == 0);
}

TEST_CASE("failures are logged and end it with 1") {
    struct Case {
        const char* mode;
        const char* said;
    };
    for (const auto& [mode, said] : {Case{"throws", "the store will not open"}, {"fails", "the disk has gone"}}) {
        CAPTURE(mode);
        const test::TempFolder folder;
        Sample sample(folder, {}, {std::string("SAMPLE=") + mode, "PORT=" + free_port()});
        CHECK(sample.wait() == 1);
        CHECK_THAT(sample.said(), ContainsSubstring(said));
    }
    const test::TempFolder folder;
    Sample sample(folder, {}, {"SAMPLE=bad-stop", "PORT=" + free_port()});
    REQUIRE(sample.says("\"message\":\"ready\""));
    sample.signal(SIGTERM);
    CHECK(sample.wait() == 1);
    CHECK_THAT(sample.said(), ContainsSubstring("could not flush") && ContainsSubstring("\"part\":\"first\""));
}

TEST_CASE("what a thread does not catch is logged with its cause before the process ends") {
    const test::TempFolder folder;
    Sample sample(folder, {}, {"SAMPLE=thread-throws"});
    CHECK(sample.wait() == 128 + SIGABRT);
    CHECK_THAT(sample.said(), ContainsSubstring("no memory left"));
    CHECK_THAT(sample.said(), ContainsSubstring("\"level\":\"error\""));
}

TEST_CASE("a command that needs no listener has none") {
    const test::TempFolder folder;
    Sample sample(folder, {}, {"SAMPLE=no-http", "LOGCHUTE_LOG_FORMAT=text"});
    CHECK(sample.wait() == 0);
    CHECK_THAT(sample.said(), ContainsSubstring("made") && !ContainsSubstring("http://"));
}

TEST_CASE("flags that are no settings reach the body, once, repeated, or as a switch") {
    const test::TempFolder folder;
    for (const Words& arguments : {Words{"--quiet", "--word", "two", "--item", "a", "--item", "b"}, Words{}}) {
        Words given = arguments;
        Sample sample(folder, given, {"SAMPLE=run-flags"});
        CHECK(sample.wait() == 0);
        CHECK_THAT(sample.said(), ContainsSubstring(arguments.empty() ? "loud [] []\n" : "quiet [two] [ab]\n"));
    }
}
