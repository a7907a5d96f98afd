#include "file_position.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "logchute/bus/connection.hpp"
#include "logchute/core/json_text.hpp"

namespace logchute::gateway {
namespace {

using nlohmann::json;
using runtime::UniqueFd;

constexpr std::size_t kFingerprintBytes = 1024;

std::unexpected<Error> system_failure(const std::string& what, const std::filesystem::path& path) {
    return fail(Errc::failed, what + ' ' + path.string() + ": " + std::system_category().message(errno));
}

/// FNV-1a: it tells files apart, and need not stand up to anybody who wants them mistaken.
std::uint64_t hash(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325U) {
    for (const char c : bytes) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return seed;
}

Result<std::uint64_t> hash_of(int fd, std::uint64_t offset, std::size_t size, std::uint64_t seed) {
    std::array<char, kFingerprintBytes> buffer;
    for (std::size_t at = 0; at < size;) {
        const ssize_t got = ::pread(fd, buffer.data() + at, size - at, static_cast<off_t>(offset + at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return fail(Errc::not_found, "the file is shorter than it was");
        at += static_cast<std::size_t>(got);
    }
    return hash({buffer.data(), size}, seed);
}

std::string text_of(const std::string& path, const std::vector<FilePosition>& positions) {
    json files = json::array();
    for (const FilePosition& it : positions)
        files.push_back({{"device", it.device},
                         {"inode", it.inode},
                         {"generation", it.generation},
                         {"stored", it.stored},
                         {"sending", it.sending},
                         {"fingerprint", it.fingerprint}});
    return json{{"path", path}, {"files", std::move(files)}}.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

std::vector<FilePosition> positions_in(const std::string& text) {
    std::vector<FilePosition> positions;
    const json document = json::parse(text);
    for (const json& it : document.at("files")) {
        positions.push_back({.device = it.at("device"),
                             .inode = it.at("inode"),
                             .generation = it.at("generation"),
                             .stored = it.at("stored"),
                             .sending = it.at("sending"),
                             .fingerprint = it.at("fingerprint")});
        if (positions.back().sending < positions.back().stored) throw std::invalid_argument("'sending' is before 'stored'");
    }
    return positions;
}

Result<void> write_all(int fd, std::string_view text, const std::filesystem::path& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return system_failure("cannot write", path);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace

Result<std::uint64_t> fingerprint(int fd, std::uint64_t size) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(size, kFingerprintBytes));
    const auto head = hash_of(fd, 0, part, hash({}));
    if (!head) return head;
    return hash_of(fd, size - part, part, *head);
}

PositionFile::PositionFile(std::filesystem::path file, std::string path, UniqueFd folder, UniqueFd lock)
    : file_(std::move(file)), path_(std::move(path)), folder_(std::move(folder)), lock_(std::move(lock)) {}

Result<PositionFile> PositionFile::open(const std::filesystem::path& folder, const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) return fail(Errc::failed, "cannot make " + folder.string() + ": " + error.message() + "; set gateway.positions_path");
    UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return system_failure("cannot open", folder);
    // People find it by the name, and the hash tells two of the same name apart.
    std::array<char, 17> digits;
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash(path.native())));
    const auto file = folder / (bus::subject_token(path.filename().native()) + '-' + digits.data() + ".json");
    auto lock_path = file;
    lock_path += ".lock";
    UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!lock) return system_failure("cannot open", lock_path);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(Errc::conflict,
                    "another process reads " + path.string() + " and keeps its position in " + folder.string() + "; stop it first");
    return PositionFile(file, path.native(), std::move(directory), std::move(lock));
}

Result<std::vector<FilePosition>> PositionFile::load() const {
    std::ifstream in(file_, std::ios::binary);
    if (!in) {
        std::error_code error;
        if (!std::filesystem::exists(file_, error) && !error) return std::vector<FilePosition>{};
        return fail(Errc::failed, "cannot read " + file_.string());
    }
    try {
        return positions_in(std::string(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()));
    } catch (const std::exception& failure) {
        return fail(Errc::invalid,
                    file_.string() + " is damaged (" + failure.what() + "); without it " + path_ + " is read from its start");
    }
}

Result<void> PositionFile::save(const std::vector<FilePosition>& positions) const {
    auto fresh = file_;
    fresh += ".new";
    {
        const UniqueFd out(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
        if (!out) return system_failure("cannot open", fresh);
        if (auto written = write_all(out.get(), text_of(path_, positions), fresh); !written) return written;
        if (::fdatasync(out.get()) != 0) return system_failure("cannot write", fresh);
    }
    if (std::rename(fresh.c_str(), file_.c_str()) != 0) return system_failure("cannot replace", file_);
    if (::fsync(folder_.get()) != 0) return system_failure("cannot write the folder of", file_);
    return {};
}

}  // namespace logchute::gateway
