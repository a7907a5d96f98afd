#include "text_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "logchute/runtime/unique_fd.hpp"

namespace logchute::runtime {
namespace {

std::unexpected<Error> fail_with_errno(std::string_view what) {
    const int code = errno;
    return fail(code == ENOENT ? Errc::not_found : Errc::failed, std::string(what) + ": " + std::generic_category().message(code));
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) return fail_with_errno("cannot open this file");
    std::string text;
    std::array<char, 16384> buffer;
    while (true) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_with_errno("cannot read this file");
        if (got == 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
        if (text.size() > kTextFileBytesMax) return fail(Errc::too_large, "this file has more than 4 MiB, so it is not what was meant");
    }
}

}  // namespace logchute::runtime
