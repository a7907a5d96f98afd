#include "upload_routes.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "intake_stream.hpp"
#include "logchute/core/json_text.hpp"
#include "logchute/runtime/logging.hpp"
#include "logchute/runtime/multipart.hpp"
#include "upload_source.hpp"

namespace logchute::gateway {
namespace {

using namespace std::chrono_literals;
using http::Problem;
using http::Request;
using http::Response;

constexpr std::size_t kReadBytes = 256U << 10;
constexpr std::size_t kFormFieldBytesMax = 1024;
constexpr auto kSaveEvery = 250ms;
constexpr std::int64_t kListMax = 1'000;
// Each file costs a few writes to disk, one after the other; the registry keeps more than one form can bring.
constexpr std::size_t kFormPartsMax = 5'000;
static_assert(kFormPartsMax <= kUploadsKept);

std::string tags_of(const Upload& upload) {
    std::string tags = "{\"upload\":";
    json::append_string(tags, upload.id);
    tags += ",\"file\":";
    json::append_string(tags, upload.file);
    return tags + '}';
}

std::string started_json(const std::vector<Upload>& uploads) {
    std::string out = "{\"uploads\":[";
    for (const Upload& upload : uploads) {
        if (&upload != &uploads.front()) out += ',';
        out += "{\"id\":";
        json::append_string(out, upload.id);
        out += ",\"file\":";
        json::append_string(out, upload.file);
        out += '}';
    }
    return out + "]}";
}

/// A field of the form that is no file: how the files after it are to be read.
std::optional<Problem> set_field(Origin& form, const std::string& name, const std::string& value) {
    if (name == "service") {
        if (!is_service(value)) return Problem{.status = 400, .detail = service_form(), .parameter = name};
        form.service = value;
        return std::nullopt;
    }
    if (name == "format") {
        const auto format = parse_format(value);
        if (!format) return Problem{.status = 400, .detail = "format is one of auto, json, logfmt, clf, syslog, plain", .parameter = name};
        form.format = *format;
        return std::nullopt;
    }
    return Problem{.status = 400,
                   .detail = "the form has a field that nobody asked for; it takes service, format, and then file, as often as you like",
                   .parameter = json::to_valid_utf8(std::string_view(name).substr(0, 64))};
}

/// A 4xx says that nothing is stored. Where something is, it is a 500 that says what, and how to go on without doubling it.
Problem with_stored_part(Problem refusal, const std::vector<Upload>& uploads, bool has_key) {
    std::size_t whole = uploads.size();
    std::string stored;
    if (uploads.back().state == UploadState::incomplete) {
        --whole;
        stored = "upload " + uploads.back().id + " (" + uploads.back().file + ") is incomplete: what had come of it is stored";
    }
    if (whole != 0) {
        if (!stored.empty()) stored += "; ";
        stored += std::to_string(whole) + " of the form's files " + (whole == 1 ? "is" : "are") + " stored whole";
    }
    if (!refusal.detail.ends_with('.')) refusal.detail += '.';
    refusal.detail += " But " + stored +
                      (has_key ? ". Send the form again, corrected, with the same Idempotency-Key, and nothing is doubled."
                               : ". Leave out what is stored when you send it again; with an Idempotency-Key you need not care.");
    refusal.status = 500;
    return refusal;
}

}  // namespace

UploadRoutes::UploadRoutes(bus::Publisher& publisher, ChunkOptions chunks, const Admission& admission, UploadRegistry& registry,
                           const runtime::GatewaySettings& settings, runtime::Metrics& metrics)
    : publisher_(publisher),
      chunks_(chunks),
      admission_(admission),
      registry_(registry),
      decompressed_max_(settings.upload_decompressed_max.value),
      received_total_(metrics.counter("gateway_uploads_total", "Uploaded files, by how they ended.", {{"outcome", "received"}})),
      incomplete_total_(metrics.counter("gateway_uploads_total", "Uploaded files, by how they ended.", {{"outcome", "incomplete"}})) {}

void UploadRoutes::add_to(http::Router& router) {
    router.post("/upload", [this](Request& request) { return receive(request); }, {.streams_body = true});
    router.get("/api/v1/uploads", [this](Request& request) { return list(request); });
    router.get("/api/v1/uploads/{id}", [this](Request& request) { return find(request); });
}

Response UploadRoutes::receive(Request& request) {
    http::Parameters parameters(request);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    const auto boundary = http::multipart_boundary(request.header("Content-Type"));
    if (!boundary)
        return Response::problem(
            {.status = request.media_type() == "multipart/form-data" ? 400 : 415,
             .detail = "send a form, multipart/form-data, with the file in a field named file: curl -F file=@app.log ... (" +
                       boundary.error().detail + ")"});
    auto key = idempotency_key(request);
    if (!key) return Response::problem(std::move(key).error());
    if (auto open = admission_.check(); !open) return Response::error(open.error());

    http::MultipartReader reader(*request.reader, *boundary, {.parts_max = kFormPartsMax});
    Form form{.identity = *std::move(key)};
    auto refusal = read(reader, form);
    if (!refusal) return Response::json(started_json(form.uploads), 202);
    if (refusal->status < 500 && form.has_published) refusal = with_stored_part(*std::move(refusal), form.uploads, !form.identity.empty());
    return Response::problem(*std::move(refusal));
}

std::optional<Problem> UploadRoutes::read(http::MultipartReader& reader, Form& form) {
    while (true) {
        const auto part = reader.next();
        if (!part) return http::problem_of(part.error());
        if (!*part) break;
        const auto& it = **part;
        if (it.name == "file") {
            if (auto taken = take(reader, it.file_name.value_or(""), form); !taken) return http::problem_of(taken.error());
            continue;
        }
        const auto value = reader.read_all(kFormFieldBytesMax);
        if (!value) return http::problem_of(value.error());
        if (auto problem = set_field(form.origin, it.name, *value)) return problem;
    }
    if (!form.uploads.empty()) return std::nullopt;
    return Problem{.status = 400, .detail = "the form has no part named file; send one: curl -F file=@app.log ...", .parameter = "file"};
}

Result<void> UploadRoutes::take(http::BodyReader& file, std::string name, Form& form) {
    if (name.empty()) name = "unnamed";
    // One file of one request: sent again it is the same upload, and whatever the stream has of it is not taken twice.
    const std::string identity = form.identity.empty() ? "" : std::to_string(form.uploads.size()) + ' ' + form.identity;
    auto begun = registry_.begin(std::move(name), identity);
    if (!begun) return std::unexpected(begun.error());
    Upload& upload = form.uploads.emplace_back(*std::move(begun));

    Origin origin = form.origin;
    origin.upload = upload.id;
    origin.tags = tags_of(upload);
    if (!identity.empty()) origin.identity = upload.id;
    IntakeStream stream(publisher_, origin, chunks_);
    UploadSource source(file, decompressed_max_);
    const Upload before = upload;
    auto passed = pass_on(source, stream, upload);
    form.has_published = form.has_published || stream.has_published();
    const Accepted taken = stream.progress();
    if (is_whole(before.state)) {
        // It was whole already. What the stream did not know is another body under the same key, or too old to be known: it comes on top.
        upload = before;
        const std::uint64_t fresh = taken.records - taken.duplicates;
        if (!passed) return passed;
        if (fresh == 0) return {};
        upload.bytes += source.bytes();
        upload.lines += fresh;
        upload.records += fresh;
    } else if (!passed) {
        upload.state = UploadState::incomplete;
        incomplete_total_.add();
        (void)registry_.break_off(upload);  // if the bus is away now, silence makes it incomplete in a while
        return std::unexpected(std::move(passed).error().in("upload " + upload.id));
    }
    upload.state = UploadState::processing;
    received_total_.add();
    // All of it is on disk: that its status could not be kept now must not have it sent again. It is followed all the same.
    if (auto saved = registry_.save(upload); !saved)
        runtime::log_warn("an upload's status could not be kept", {{"upload", upload.id}, {"cause", saved.error().detail}});
    return {};
}

Result<void> UploadRoutes::pass_on(UploadSource& source, IntakeStream& stream, Upload& upload) {
    const bool is_followed = !is_whole(upload.state);
    const Upload before = upload;
    // Sent again, it does not fall behind what was seen of it before.
    const auto note_progress = [&] {
        upload.bytes = std::max(before.bytes, source.bytes());
        upload.lines = std::max(before.lines, stream.progress().lines);
        upload.records = std::max(before.records, stream.progress().records);
    };
    std::vector<char> buffer(kReadBytes);
    auto saved_at = std::chrono::steady_clock::time_point{};  // the first bytes are told at once, however slowly the rest comes
    while (true) {
        const auto size = source.read(buffer);
        Result<void> added;
        if (!size)
            added = std::unexpected(size.error());
        else if (*size != 0)
            added = stream.add({buffer.data(), *size});
        if (!added) {
            note_progress();
            return added;
        }
        if (*size == 0) break;
        if (!is_followed || std::chrono::steady_clock::now() - saved_at < kSaveEvery) continue;
        note_progress();
        (void)registry_.save(upload);
        saved_at = std::chrono::steady_clock::now();
    }
    auto finished = stream.finish();
    note_progress();
    if (!finished) return std::unexpected(std::move(finished).error());
    upload.bytes = source.bytes();
    upload.lines = finished->lines;
    upload.records = finished->records;
    return {};
}

Response UploadRoutes::list(const Request& request) {
    http::Parameters parameters(request);
    const auto limit = parameters.integer("limit", 20, 1, kListMax);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    const auto uploads = registry_.list(static_cast<std::size_t>(limit));
    if (!uploads) return Response::error(uploads.error());
    std::string out = "{\"uploads\":[";
    for (const Upload& upload : *uploads) {
        if (&upload != &uploads->front()) out += ',';
        out += to_json(upload);
    }
    return Response::json(out + "]}");
}

Response UploadRoutes::find(const Request& request) {
    http::Parameters parameters(request);
    if (auto problem = parameters.finish()) return Response::problem(std::move(*problem));
    const auto upload = registry_.find(request.param("id"));
    if (!upload) return Response::error(upload.error());
    return Response::json(to_json(*upload));
}

}  // namespace logchute::gateway
