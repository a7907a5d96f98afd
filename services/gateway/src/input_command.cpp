#include "input_command.hpp"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <list>
#include <memory>
#include <stdexcept>
#include <thread>

#include "file_follower.hpp"
#include "logchute/bus/provision.hpp"
#include "logchute/core/json_text.hpp"
#include "logchute/runtime/logging.hpp"
#include "shipper.hpp"
#include "stdin_input.hpp"

namespace logchute::gateway {
namespace {

using std::chrono::steady_clock;

// Of the time a stop may take, kept for closing the connection.
constexpr std::chrono::seconds kClosePatience{1};

Origin origin_of(const InputCommand& command) {
    if (command.follow && command.files.empty()) throw std::runtime_error("--follow needs --file PATH");
    if (command.standard_input && !command.files.empty())
        throw std::runtime_error("--stdin and --file are two commands: start the gateway twice");
    Origin origin;
    origin.source = !command.source.empty() ? command.source : command.standard_input ? "stdin" : "file";
    if (!is_source(origin.source)) throw std::runtime_error("--source names a subject: use letters, digits, '-' and '_', at most 64");
    if (!is_service(command.service)) throw std::runtime_error("--service: " + service_form());
    origin.service = command.service;
    const auto format = parse_format(command.format);
    if (!format) throw std::runtime_error("--format is one of auto, json, logfmt, clf, syslog, plain");
    origin.format = *format;
    origin.join = true;
    return origin;
}

std::filesystem::path positions_folder(const runtime::Settings& settings) {
    if (!settings.gateway.positions_path.empty()) return settings.gateway.positions_path;
    auto store = std::filesystem::path(settings.store.path).lexically_normal();
    if (!store.has_filename()) store = store.parent_path();  // "data/store/"
    return store.parent_path() / "positions";
}

std::string tags_of(const std::filesystem::path& path) {
    std::string tags = "{\"file\":";
    json::append_string(tags, json::to_valid_utf8(path.filename().native()));
    return tags + '}';
}

template <class T>
T value_or_throw(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().detail);
    return *std::move(result);
}

/// The bus, as every input of a command needs it.
class Inputs {
public:
    Inputs(runtime::Service& service, const InputCommand& command)
        : service_(service),
          command_(command),
          settings_(service.settings()),
          origin_(origin_of(command)),
          connection_(bus::connection_options(settings_.nats, "gateway-" + origin_.source, runtime::log_connection)),
          streams_(connection_, {bus::logs_stream(settings_.nats)}, runtime::log_connection),
          publisher_(connection_, {.ack_timeout = std::chrono::duration_cast<bus::milliseconds>(settings_.nats.publish_timeout)}),
          admission_(connection_, streams_, settings_.gateway.lag_share_max, service.metrics()) {}

    void run() {
        service_.on_stop("nats", [this](auto deadline) { connection_.close(deadline); });
        service_.on_stop("input", [this](auto deadline) { stop(deadline); });
        const ChunkOptions chunks{.chunk_bytes = settings_.gateway.message_bytes.value,
                                  .line_bytes_max = settings_.gateway.line_bytes_max.value,
                                  .join = origin_.format == Format::automatic || origin_.format == Format::plain};
        if (command_.standard_input)
            add_stdin(chunks);
        else
            for (const std::string& file : command_.files) add_file(file, chunks);
        running_ = works_.size();
        for (Work& work : works_) work.thread = std::jthread([this, &work](const std::stop_token& stop) { run_one(work, stop); });
        service_.run_without_http();
    }

private:
    struct Work {
        std::string name;
        std::unique_ptr<Shipper> shipper;
        std::unique_ptr<StdinInput> standard_input;
        std::unique_ptr<FileFollower> file;
        std::jthread thread;  // last: ends before what it uses is gone
    };

    void add_stdin(const ChunkOptions& chunks) {
        auto shipper = std::make_unique<Shipper>(publisher_, admission_, origin_, service_.metrics());
        auto input = std::make_unique<StdinInput>(STDIN_FILENO, chunks, *shipper);
        works_.push_back({"standard input", std::move(shipper), std::move(input), {}, {}});
    }

    void add_file(const std::string& name, const ChunkOptions& chunks) {
        const auto path = std::filesystem::absolute(name).lexically_normal();
        Origin origin = origin_;
        origin.tags = tags_of(path);
        auto positions = value_or_throw(PositionFile::open(positions_folder(settings_), path));
        auto shipper = std::make_unique<Shipper>(publisher_, admission_, origin, service_.metrics());
        const FollowOptions options{.chunks = chunks, .follow = command_.follow};
        auto follower = std::make_unique<FileFollower>(path, options, std::move(positions), *shipper);
        works_.push_back({path.native(), std::move(shipper), {}, std::move(follower), {}});
    }

    void run_one(Work& work, const std::stop_token& stop) {
        const auto done = work.standard_input ? work.standard_input->run(stop) : work.file->run(stop);
        if (!done) service_.request_stop(work.name + ": " + done.error().detail);
        if (--running_ == 0) service_.request_stop();
    }

    void stop(steady_clock::time_point deadline) {
        for (Work& work : works_) {
            work.shipper->give_up_at(work.standard_input ? deadline - kClosePatience : steady_clock::now());
            work.thread.request_stop();
        }
        for (Work& work : works_) work.thread.join();
    }

    runtime::Service& service_;
    const InputCommand& command_;
    const runtime::Settings& settings_;
    const Origin origin_;
    bus::Connection connection_;
    bus::Provisioner streams_;
    bus::Publisher publisher_;
    Admission admission_;
    std::atomic<std::size_t> running_ = 0;
    std::list<Work> works_;  // last: its threads end before what they use is gone
};

}  // namespace

std::vector<runtime::RunFlag> flags_of(InputCommand& command) {
    return {{"--stdin", "read records from standard input to its end, instead of listening", &command.standard_input},
            {"--file", "read records from this file, instead of listening; may be repeated", &command.files},
            {"--follow", "with --file: go on with what is added, over rotation, until stopped", &command.follow},
            {"--format", "how --stdin and --file are read: auto, json, logfmt, clf, syslog or plain", &command.format},
            {"--service", "the service of records that name none, with --stdin and --file", &command.service},
            {"--source", "the source their records are filed under; stdin or file unless given", &command.source}};
}

void run_inputs(runtime::Service& service, const InputCommand& command) { Inputs(service, command).run(); }

}  // namespace logchute::gateway
