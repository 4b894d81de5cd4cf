// SPDX-License-Identifier: Apache-2.0
#include <regex.h>

#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "common/config/common_keys.h"
#include "common/util/json.h"
#include "common/web/html.h"
#include "common/web/pages.h"

namespace cairn::web {
namespace {

constexpr size_t kNameBytesMax = 1024;

// Tells which keys hold secrets, by the patterns of hadoop.security.sensitive-config-keys.
//
// Immutable; thread-safe.
class SecretKeys {
 public:
  explicit SecretKeys(const config::Configuration& configuration) {
    auto patterns = configuration.Get(config::kSensitiveKeys);
    all_ = !patterns.ok();
    if (all_) return;
    for (const std::string& line : *patterns) {
      std::istringstream words(line);  // The list may have lines instead of commas.
      for (std::string pattern; words >> pattern;) Add(pattern);
    }
  }

  bool Has(const std::string& key) const {
    if (all_) return true;
    for (const auto& pattern : patterns_) {
      if (regexec(pattern.get(), key.c_str(), 0, nullptr, 0) == 0) return true;
    }
    return false;
  }

 private:
  struct Free {
    void operator()(regex_t* compiled) const {
      regfree(compiled);
      delete compiled;
    }
  };

  void Add(const std::string& pattern) {
    auto compiled = std::make_unique<regex_t>();
    if (regcomp(compiled.get(), pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
      all_ = true;  // Rather show nothing than what somebody wanted hidden.
      return;
    }
    patterns_.emplace_back(compiled.release());
  }

  std::vector<std::unique_ptr<regex_t, Free>> patterns_;
  bool all_ = false;
};

struct Shown {
  std::string key;
  std::string raw;
  std::string expanded;
  std::string origin;
  bool is_final = false;
  bool secret = false;
};

Shown Look(const config::Configuration& configuration, const SecretKeys& secrets,
           const std::string& key) {
  Shown shown{.key = key, .origin = "default", .secret = secrets.Has(key)};
  shown.expanded = configuration.Find(key).value_or("");
  shown.raw = shown.expanded;
  const auto set = configuration.properties().find(key);
  if (set != configuration.properties().end()) {
    shown.raw = set->second.value;
    shown.origin = set->second.origin;
    shown.is_final = set->second.is_final;
  }
  return shown;
}

// Everything that is set, and the defaults of what we read.
std::vector<Shown> LookAtAll(const config::Configuration& configuration,
                             const SecretKeys& secrets) {
  std::set<std::string> keys;
  for (const auto& [key, property] : configuration.properties()) keys.insert(key);
  for (const config::KeyRow& row : config::AllKeys()) keys.insert(row.name);
  std::vector<Shown> all;
  for (const std::string& key : keys) all.push_back(Look(configuration, secrets, key));
  return all;
}

JsonText AsJson(const Shown& shown) {
  return JsonObject()
      .Add("key", shown.key)
      .Add("value", shown.secret ? std::string("<redacted>") : shown.expanded)
      .Add("isFinal", shown.is_final)
      .Add("resource", shown.origin)
      .Build();
}

std::string AsXml(const Shown& shown) {
  return "<property><name>" + EscapeMarkup(shown.key) + "</name><value>" +
         (shown.secret ? "******" : EscapeMarkup(shown.raw)) + "</value><final>" +
         (shown.is_final ? "true" : "false") + "</final><source>" + EscapeMarkup(shown.origin) +
         "</source></property>\n";
}

net::HttpResponse Render(const std::vector<Shown>& all, bool json, bool single) {
  net::HttpResponse response;
  if (json && single) {
    response.body = JsonObject().Add("property", AsJson(all.front())).Build().text;
  } else if (json) {
    JsonArray properties;
    for (const Shown& shown : all) properties.Add(AsJson(shown));
    response.body = JsonObject().Add("properties", properties.Build()).Build().text;
  } else {
    response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>"
                    "<configuration>\n";
    for (const Shown& shown : all) response.body += AsXml(shown);
    response.body += "</configuration>\n";
  }
  response.content_type = json ? "application/json; charset=utf-8" : "text/xml; charset=utf-8";
  return response;
}

net::HttpResponse Answer(const config::Configuration& configuration, const SecretKeys& secrets,
                         const net::HttpRequest& request) {
  const std::string format(request.Query("format").value_or(""));
  if (!format.empty() && format != "json" && format != "xml") {
    return net::HttpText(400, "Bad format: use format=json or format=xml");
  }
  const bool wants_json =
      request.Header("Accept").value_or("").find("json") != std::string_view::npos;
  const bool json = format.empty() ? wants_json : format == "json";
  const std::string name(request.Query("name").value_or(""));
  if (name.empty()) return Render(LookAtAll(configuration, secrets), json, false);
  if (name.size() > kNameBytesMax || !configuration.Find(name)) {
    return net::HttpText(404, "Property " + name.substr(0, kNameBytesMax) + " not found");
  }
  return Render({Look(configuration, secrets, name)}, json, true);
}

}  // namespace

void ServeConfiguration(net::HttpServer& server, const config::Configuration& configuration) {
  auto secrets = std::make_shared<const SecretKeys>(configuration);  // A function must be copyable.
  ServeGet(server, "/conf", [&configuration, secrets](const net::HttpRequest& request) {
    return Answer(configuration, *secrets, request);
  });
}

}  // namespace cairn::web
