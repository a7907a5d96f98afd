// What became of each upload, for as long as anyone asks.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "logchute/bus/key_value.hpp"
#include "logchute/core/time.hpp"
#include "logchute/store/log_reader.hpp"

namespace logchute::gateway {

enum class UploadState : std::uint8_t {
    receiving,   ///< Bytes are still coming.
    processing,  ///< All are in the stream; not all are in the store.
    searchable,  ///< Every record is in the store or among the dead letters.
    incomplete,  ///< Broken off; what had come is kept.
};
[[nodiscard]] std::string_view to_string(UploadState state) noexcept;

/// Whether all of it has been received.
[[nodiscard]] constexpr bool is_whole(UploadState state) noexcept {
    return state == UploadState::processing || state == UploadState::searchable;
}

/// For so long a request that is sent again goes on with the upload that it began: as long as the stream knows what it has of it.
inline constexpr std::chrono::minutes kSentAgainWithin{15};

/// The oldest are forgotten above it, not at once but soon.
inline constexpr std::size_t kUploadsKept = 10'000;

struct Upload {
    std::string id;    ///< Sorts by time.
    std::string file;  ///< Base name.
    UploadState state = UploadState::receiving;
    std::uint64_t bytes = 0;  ///< As received.
    std::uint64_t lines = 0;
    std::uint64_t records = 0;
    std::uint64_t stored = 0;
    std::uint64_t dead_lettered = 0;
    std::uint64_t attempt = 1;  ///< How often it was begun: a request may be sent again.
    Timestamp started_at{};
    Timestamp updated_at{};
    std::optional<Timestamp> finished_at;
};

[[nodiscard]] std::string to_json(const Upload& upload);
[[nodiscard]] Result<Upload> upload_from_json(std::string_view json);

/// Uploads live in the key-value bucket, so every replica of the gateway can tell of every upload; the counts of what is stored come from
/// the store, which commits them together with the rows.
/// Threads:  any; one of its own follows what is processing until it is searchable, and forgets the oldest.
/// Lifetime: borrows both. Failures: unavailable while the bus is away; not_found.
class UploadRegistry {
public:
    UploadRegistry(bus::KeyValue& state, store::LogReader& reader);
    ~UploadRegistry();
    UploadRegistry(const UploadRegistry&) = delete;
    UploadRegistry& operator=(const UploadRegistry&) = delete;

    /// A new one, state receiving. With an `identity`, which tells one file of one request from all others, the one that was begun with it not
    /// long ago, where there is one: another attempt at it, receiving again unless it is whole.
    [[nodiscard]] Result<Upload> begin(std::string file, std::string_view identity = {});
    /// Keeps what is known now. Once processing, it is followed.
    [[nodiscard]] Result<void> save(Upload upload);
    /// It is incomplete from now on, unless it has been begun again by now.
    [[nodiscard]] Result<void> break_off(Upload upload);

    [[nodiscard]] Result<Upload> find(std::string_view id);
    /// The newest first.
    [[nodiscard]] Result<std::vector<Upload>> list(std::size_t limit);

private:
    void follow(const std::stop_token& stop);
    [[nodiscard]] Result<void> put(const Upload& upload);
    [[nodiscard]] Result<Upload> begin_new(std::string file);
    [[nodiscard]] Result<Upload> begin_again(std::string_view id);
    /// Adds what the store knows, and moves on from processing to searchable, or from a receiving that nobody keeps up to incomplete.
    void refresh(Upload& upload);
    void refresh(Upload& upload, const store::Tallies& tallies);
    /// Those of `uploads` that need not be followed any more.
    [[nodiscard]] std::vector<std::string> refresh_all(const std::map<std::string, Upload, std::less<>>& uploads,
                                                       const std::stop_token& stop);
    void forget_old_ones(const std::stop_token& stop);

    bus::KeyValue& state_;
    store::LogReader& reader_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::map<std::string, Upload, std::less<>> processing_;  ///< Those to follow.
    std::size_t begun_ = 0;  ///< Since old ones were last forgotten.

    std::jthread follower_;  // last: ends before what it uses is gone
};

}  // namespace logchute::gateway
