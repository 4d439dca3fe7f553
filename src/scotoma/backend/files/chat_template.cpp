// SPDX-License-Identifier: Apache-2.0
#include "scotoma/backend/files/chat_template.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "scotoma/backend/files/json_file.h"
#include "scotoma/backend/files/paths.h"

namespace scotoma {
namespace {

using Path = std::filesystem::path;

struct Conversation {
  const char* printed;  ///< by its template, joined with " | "
  const char* text;
};

/// A row a template. What the templates print of other roles, of texts without images and of videos is in it too.
constexpr Conversation kConversations[] = {
    // LLaVA 1.5 (llava-hf/llava-1.5-7b-hf, -13b-hf, bakLlava) and what was tuned from it
    {R"(message['role'].upper()+': ' | '<image>\n' | content['text']+' ' | content['text']+' ' | 'ASSISTANT:')",
     "USER: <image>\n{prompt} ASSISTANT:"},
    // the same as older revisions and fine-tuning libraries have it: one branch for all roles
    {R"(message['role'].upper()+': ' | '<image>\n' | content['text']+' ' | 'ASSISTANT:')",
     "USER: <image>\n{prompt} ASSISTANT:"},
    // Gemma 3 (google/gemma-3-4b-it and larger ones)
    {R"(bos_token | '<start_of_turn>'+role+'\n'+(first_user_prefixifloop.firstelse'') | message['content']|trim | )"
     R"('<start_of_image>' | item['text']|trim | '<end_of_turn>\n' | '<start_of_turn>model\n')",
     "<start_of_turn>user\n<start_of_image>{prompt}<end_of_turn>\n<start_of_turn>model\n"},
    // SmolVLM (HuggingFaceTB/SmolVLM-256M-Instruct, -500M-Instruct, -Instruct)
    {R"('<|im_start|>' | message['role']|capitalize | ':' | ': ' | line['text'] | '<image>' | )"
     R"('<end_of_utterance>\n' | 'Assistant:')",
     "<|im_start|>User:<image>{prompt}<end_of_utterance>\nAssistant:"},
    // SmolVLM2 (HuggingFaceTB/SmolVLM2-256M-Video-Instruct and larger ones)
    {R"('<|im_start|>' | message['role']|capitalize | ':' | ': ' | line['text'] | '<image>' | '<video>' | )"
     R"('<end_of_utterance>\n' | 'Assistant:')",
     "<|im_start|>User:<image>{prompt}<end_of_utterance>\nAssistant:"},
    // Idefics 3 (HuggingFaceM4/Idefics3-8B-Llama3)
    {R"('<|begin_of_text|>' | message['role'].capitalize() | ':' | ': ' | line['text'] | '<image>' | )"
     R"('<end_of_utterance>\n' | 'Assistant:')",
     "User:<image>{prompt}<end_of_utterance>\nAssistant:"},
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// A newline as Jinja's strings may spell it, and quotes of one kind, so that spellings of one text are equal.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\n' ? "\\n" : std::string(1, c);
  return out + "'";
}

/// The expression in one spelling: no blanks outside of quotes, and these all single.
std::string plain_expression(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c != '\'' && c != '"') {
      if (!is_blank(c)) out += c;
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != c) end += text[end] == '\\' ? 2 : 1;
    end = std::min(end, text.size());
    out += quoted(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return out;
}

std::string_view without_blanks(std::string_view text, bool front, bool back) {
  while (front && !text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (back && !text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Blanks between the beginning of a line and a block that stands at `text`'s end.
std::string_view without_indent(std::string_view text) {
  std::size_t end = text.size();
  while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == '\t')) --end;
  return end == 0 || text[end - 1] == '\n' ? text.substr(0, end) : text;
}

/// The folder's template and the file that holds it; an empty text where none does.
Result<std::pair<std::string, Path>> find_template(const Path& folder) {
  const Path own = folder / "chat_template.jinja";
  if (is_file(own)) {
    SCOTOMA_ASSIGN_OR_RETURN(std::string text, read_text_file(own));
    return std::pair(std::move(text), own);
  }
  for (const char* name : {"chat_template.json", "processor_config.json", "tokenizer_config.json"}) {
    const Path file = folder / name;
    if (!is_file(file)) continue;
    SCOTOMA_ASSIGN_OR_RETURN(const auto config, read_json_file(file));
    const auto found = config.find("chat_template");
    if (found != config.end() && found->is_string()) return std::pair(found->get<std::string>(), file);
  }
  return std::pair(std::string(), Path());
}

}  // namespace

std::vector<std::string> printed_by(std::string_view jinja) {
  std::vector<std::string> out;
  bool strip = false;    // the tag before ends with a minus
  bool newline = false;  // it is a block or a comment: one newline after it goes
  while (!jinja.empty()) {
    std::size_t open = jinja.find('{');
    while (open != std::string_view::npos && open + 1 < jinja.size() &&
           std::string_view("{%#").find(jinja[open + 1]) == std::string_view::npos) {
      open = jinja.find('{', open + 1);
    }
    if (open == std::string_view::npos || open + 1 >= jinja.size()) open = jinja.size();
    const bool last = open == jinja.size();
    const char kind = last ? ' ' : jinja[open + 1];
    std::string_view raw = jinja.substr(0, open);
    if (newline && !strip && raw.starts_with('\n')) raw.remove_prefix(1);
    const bool minus = !last && open + 2 < jinja.size() && jinja[open + 2] == '-';
    if (!last && kind != '{' && !minus) raw = without_indent(raw);
    raw = without_blanks(raw, strip, minus);
    // The newline that ends a file is no part of the template.
    if (last && raw.ends_with('\n')) raw.remove_suffix(1);
    if (!raw.empty()) out.push_back(quoted(raw));
    if (last) break;
    const std::string_view close = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
    const std::size_t end = std::min(jinja.find(close, open + 2), jinja.size());
    std::string_view inside = jinja.substr(open + 2, end - open - 2);
    if (minus) inside.remove_prefix(1);
    strip = inside.ends_with('-');
    if (strip) inside.remove_suffix(1);
    newline = kind != '{';
    if (kind == '{') {
      const std::string expression = plain_expression(inside);
      if (!expression.starts_with("raise_exception(")) out.push_back(expression);
    }
    jinja.remove_prefix(std::min(end + 2, jinja.size()));
  }
  return out;
}

Result<std::string> read_conversation(const Path& folder) {
  SCOTOMA_ASSIGN_OR_RETURN(const auto found, find_template(folder));
  const auto& [text, file] = found;
  const std::string printed = fmt::format("{}", fmt::join(printed_by(text), " | "));
  for (const Conversation& known : kConversations) {
    if (printed == known.printed) return std::string(known.text);
  }
  return bad_input(fmt::format(
      "{}: {}; set captioner.template to the text around a question, with {} for it, as this prints it: python -c "
      "\"from transformers import AutoProcessor as P; "
      "print(repr(P.from_pretrained('{}').apply_chat_template([{{'role': "
      "'user', 'content': [{{'type': 'image'}}, {{'type': 'text', 'text': '{}'}}]}}], add_generation_prompt=True)))\"",
      text.empty() ? folder.string() : file.string(),
      text.empty() ? "holds no chat template" : "a chat template that is not known here", kPromptPlace, folder.string(),
      kPromptPlace));
}

}  // namespace scotoma
