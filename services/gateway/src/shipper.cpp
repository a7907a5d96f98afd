#include "shipper.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <random>

#include "intake_stream.hpp"
#include "logchute/bus/names.hpp"
#include "logchute/runtime/logging.hpp"

namespace logchute::gateway {
namespace {

constexpr std::chrono::milliseconds kFirstPause{20};
constexpr std::chrono::milliseconds kPauseMax{250};
// A start of the process, or of a server that has just been started again, is not worth a warning.
constexpr std::chrono::seconds kTellAfter{2};

}  // namespace

Shipper::Shipper(bus::Publisher& publisher, const Admission& admission, const Origin& origin, runtime::Metrics& metrics)
    : publisher_(publisher),
      admission_(admission),
      subject_(std::string(bus::kLogsPrefix) + origin.source),
      headers_(origin_headers(origin)),
      records_total_(metrics.counter("gateway_records_total", "Records accepted: on disk in LOGS.")),
      retries_total_(metrics.counter("gateway_retries_total",
                                     "Attempts to put a chunk of syslog, a file or standard input on the bus that "
                                     "failed; each is made again.")) {}

Result<void> Shipper::take(const Chunk& chunk, const std::string& id, const std::function<void()>& while_waiting) {
    bus::Headers headers = headers_;
    headers.emplace_back(bus::kMessageIdHeader, id);
    headers.emplace_back(bus::kRecordsHeader, std::to_string(chunk.records));
    if (chunk.cut_from_bytes != 0) headers.emplace_back(bus::kLengthHeader, std::to_string(chunk.cut_from_bytes));
    const auto begun = Clock::now();
    bool is_told = false;
    for (auto wait = kFirstPause;; wait = std::min(2 * wait, kPauseMax)) {
        const auto done = try_once(chunk, headers);
        if (done) break;
        if (!is_worth_retrying(done.error().code)) return done;
        retries_total_.add();
        if (!is_told && Clock::now() - begun >= kTellAfter) {
            runtime::log_warn("cannot store what was read; trying until it works", {{"cause", done.error().detail}});
            is_told = true;
        }
        if (while_waiting) while_waiting();
        if (auto waited = pause(wait); !waited) return waited;
    }
    if (is_told) runtime::log_info("what was read is stored again");
    records_total_.add(static_cast<double>(chunk.records));
    return {};
}

Result<void> Shipper::try_once(const Chunk& chunk, const bus::Headers& headers) {
    bool is_ending = false;
    {
        const std::lock_guard lock(mutex_);
        is_ending = is_ending_;
    }
    if (!is_ending)
        if (auto open = admission_.check(); !open) return open;
    if (auto ack = publisher_.publish(subject_, headers, chunk.text); !ack) return std::unexpected(ack.error());
    return {};
}

Result<void> Shipper::pause(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    const bool was_ending = is_ending_;
    const auto until = std::min<Clock::time_point>(Clock::now() + wait, deadline_);
    wake_.wait_until(lock, until, [&] { return is_ending_ != was_ending; });
    if (Clock::now() >= deadline_) return fail(Errc::closed, "stopped before all that was read could be stored");
    return {};
}

void Shipper::give_up_at(Clock::time_point deadline) {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    deadline_ = deadline;
    wake_.notify_all();
}

std::string fresh_id() {
    std::random_device device;
    std::string id;
    for (int word = 0; word < 4; ++word) {
        std::array<char, 8> digits;
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<std::uint32_t>(device()), 16).ptr;
        const auto size = static_cast<std::size_t>(end - digits.data());
        id.append(8 - size, '0').append(digits.data(), size);
    }
    return id;
}

}  // namespace logchute::gateway
