#include "logchute/bus/key_value.hpp"

#include <algorithm>
#include <limits>
#include <mutex>

#include "jetstream.hpp"
#include "nats_error.hpp"

namespace logchute::bus {
namespace {

using Revision = std::uint64_t;

struct KeysList {
    kvKeysList list{};
    ~KeysList() { kvKeysList_Destroy(&list); }
};

/// cnats tells a revision that does not fit only in words.
Error store_error(natsStatus status, std::string_view what) {
    Error error = nats_error(status, what);
    if (error.detail.contains("wrong last sequence")) error.code = Errc::conflict;
    return error;
}

bool is_key(std::string_view key) {
    const auto fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-_./=").contains(c);
    };
    return !key.empty() && key.front() != '.' && key.back() != '.' && std::ranges::all_of(key, fine);
}

Result<std::string> checked(std::string_view key) {
    if (!is_key(key)) return fail(Errc::invalid, "a key is made of letters, digits, '-', '_', '.', '/' and '='");
    return std::string(key);
}

}  // namespace

class KeyValue::Impl {
public:
    /// The bucket over one link.
    struct Session {
        JetStream js;    // outlives the store
        StorePtr store;
    };
    using SessionPtr = std::shared_ptr<const Session>;

    Impl(Connection::Impl& connection, BucketSpec spec) : connection_(connection), spec_(std::move(spec)) {}

    Result<SessionPtr> session() {
        const LinkPtr link = connection_.link();
        if (!link) return fail(Errc::unavailable, "not connected to NATS");
        const std::lock_guard lock(mutex_);
        if (session_ && session_->js.link() == link) return session_;
        auto js = JetStream::open(link);
        if (!js) return std::unexpected(std::move(js).error());
        auto store = open_store(*js);
        if (!store) return std::unexpected(std::move(store).error());
        session_ = std::make_shared<const Session>(Session{*std::move(js), *std::move(store)});
        return session_;
    }

    /// Runs `call(store, revision)` for a write of `key`.
    template <class Call>
    Result<Revision> write(std::string_view key, const char* what, Call&& call) {
        auto name = checked(key);
        if (!name) return std::unexpected(std::move(name).error());
        auto there = session();
        if (!there) return std::unexpected(std::move(there).error());
        Revision revision = 0;
        const natsStatus status = call((*there)->store.get(), name->c_str(), &revision);
        if (status != NATS_OK) return std::unexpected(store_error(status, std::string(what) + " " + *name));
        return revision;
    }

private:
    Result<StorePtr> open_store(const JetStream& js) const {
        kvStore* raw = nullptr;
        natsStatus status = js_KeyValue(&raw, js.get(), spec_.name.c_str());
        if (status == NATS_NOT_FOUND) {
            status = create(raw, js);
            // Somebody else was quicker, with other limits perhaps: theirs it is.
            if (status != NATS_OK) status = js_KeyValue(&raw, js.get(), spec_.name.c_str());
        }
        if (status != NATS_OK) return std::unexpected(store_error(status, "bucket " + spec_.name));
        return StorePtr(raw);
    }

    natsStatus create(kvStore*& out, const JetStream& js) const {
        kvConfig config;
        kvConfig_Init(&config);
        config.Bucket = spec_.name.c_str();
        config.History = 1;
        config.TTL = spec_.ttl.count();
        config.MaxBytes = static_cast<std::int64_t>(std::min<std::uint64_t>(spec_.max_bytes, std::numeric_limits<std::int64_t>::max()));
        config.StorageType = js_FileStorage;
        config.Replicas = static_cast<int>(spec_.replicas);
        return js_CreateKeyValue(&out, js.get(), &config);
    }

    Connection::Impl& connection_;
    const BucketSpec spec_;

    std::mutex mutex_;
    SessionPtr session_;  // under mutex_
};

KeyValue::KeyValue(Connection& connection, BucketSpec spec) : impl_(std::make_unique<Impl>(connection.impl(), std::move(spec))) {}
KeyValue::~KeyValue() = default;

Result<KeyEntry> KeyValue::get(std::string_view key) {
    auto name = checked(key);
    if (!name) return std::unexpected(std::move(name).error());
    auto session = impl_->session();
    if (!session) return std::unexpected(std::move(session).error());
    kvEntry* raw = nullptr;
    const natsStatus status = kvStore_Get(&raw, (*session)->store.get(), name->c_str());
    if (status == NATS_NOT_FOUND) return fail(Errc::not_found, "there is no key " + *name);
    if (status != NATS_OK) return std::unexpected(store_error(status, "get " + *name));
    const EntryPtr entry(raw);
    const auto size = static_cast<std::size_t>(std::max(0, kvEntry_ValueLen(raw)));
    const auto* bytes = static_cast<const char*>(kvEntry_Value(raw));
    return KeyEntry{.value = size == 0 ? std::string() : std::string(bytes, size), .revision = kvEntry_Revision(raw)};
}

Result<std::uint64_t> KeyValue::put(std::string_view key, std::string_view value) {
    return impl_->write(key, "put", [&](kvStore* store, const char* name, Revision* revision) {
        return kvStore_Put(revision, store, name, value.data(), static_cast<int>(value.size()));
    });
}

Result<std::uint64_t> KeyValue::create(std::string_view key, std::string_view value) {
    return impl_->write(key, "create", [&](kvStore* store, const char* name, Revision* revision) {
        return kvStore_Create(revision, store, name, value.data(), static_cast<int>(value.size()));
    });
}

Result<std::uint64_t> KeyValue::update(std::string_view key, std::string_view value, std::uint64_t revision) {
    return impl_->write(key, "update", [&](kvStore* store, const char* name, Revision* next) {
        return kvStore_Update(next, store, name, value.data(), static_cast<int>(value.size()), revision);
    });
}

Result<void> KeyValue::remove(std::string_view key) {
    auto removed = impl_->write(key, "remove", [](kvStore* store, const char* name, Revision*) { return kvStore_Delete(store, name); });
    if (!removed) return std::unexpected(std::move(removed).error());
    return {};
}

Result<std::vector<std::string>> KeyValue::keys(std::string_view prefix) {
    auto session = impl_->session();
    if (!session) return std::unexpected(std::move(session).error());
    KeysList names;
    const natsStatus status = kvStore_Keys(&names.list, (*session)->store.get(), nullptr);
    if (status != NATS_OK && status != NATS_NOT_FOUND) return std::unexpected(store_error(status, "keys"));
    std::vector<std::string> keys;
    for (int i = 0; i < names.list.Count; ++i)
        if (std::string_view(names.list.Keys[i]).starts_with(prefix)) keys.emplace_back(names.list.Keys[i]);
    std::ranges::sort(keys);
    return keys;
}

}  // namespace logchute::bus
