// A JetStream key-value bucket.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logchute/bus/connection.hpp"

namespace logchute::bus {

struct BucketSpec {
    std::string name{};
    std::chrono::nanoseconds ttl{0};       ///< 0: for ever.
    std::uint64_t max_bytes = 64U << 20;
    std::uint32_t replicas = 1;
};

struct KeyEntry {
    std::string value{};
    std::uint64_t revision = 0;
};

/// Threads: any. Keys: letters, digits, '-', '_', '.', '/', '='. The bucket is created with the first call that needs it, if absent.
/// Failures: unavailable, timeout; not_found; conflict (create on a key that is there, update from another revision); invalid key.
/// A bucket that is there already stays as it is, whatever an operator has tuned.
class KeyValue {
public:
    KeyValue(Connection& connection, BucketSpec spec);
    ~KeyValue();
    KeyValue(const KeyValue&) = delete;
    KeyValue& operator=(const KeyValue&) = delete;

    [[nodiscard]] Result<KeyEntry> get(std::string_view key);
    [[nodiscard]] Result<std::uint64_t> put(std::string_view key, std::string_view value);
    [[nodiscard]] Result<std::uint64_t> create(std::string_view key, std::string_view value);
    [[nodiscard]] Result<std::uint64_t> update(std::string_view key, std::string_view value, std::uint64_t revision);
    [[nodiscard]] Result<void> remove(std::string_view key);
    [[nodiscard]] Result<std::vector<std::string>> keys(std::string_view prefix = {});

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace logchute::bus
