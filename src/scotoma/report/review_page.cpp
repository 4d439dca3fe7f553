// SPDX-License-Identifier: Apache-2.0
#include "scotoma/report/review_page.h"

#include <fmt/format.h>

#include <string_view>

#include "scotoma/core/hash.h"
#include "scotoma/record/review_csv.h"
#include "scotoma/study/prompt.h"
#include "scotoma/wording/claims_filter.h"
#include "scotoma/wording/text.h"

namespace scotoma {
namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --paper: #faf9f6; --ink: #1c1d20; --soft: #5c6069; --line: #c9c5bb; --yes: #1d6f58;
  --no: #b8402a; --link: #1d4f91; }
@media (prefers-color-scheme: dark) { :root { --paper: #15171a; --ink: #e8e6e1; --soft: #a2a6ae; --line: #454a52;
  --yes: #7fcbb2; --no: #f0917d; --link: #8fb8ee; } }
* { box-sizing: border-box; } [hidden] { display: none !important; }
body { margin: 0 auto; max-width: 44rem; padding: 1.5rem 1.25rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1rem; font-weight: 400; color: var(--soft); margin: 0; }
h2 { font-size: 1.6rem; line-height: 1.2; margin: .25rem 0 1rem; }
#image { display: block; width: min(100%, 24rem); aspect-ratio: 1; object-fit: contain;
  border-radius: 8px; background: rgb(128 128 128 / .12); }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; }
button { font: inherit; padding: .6rem 1.4rem; border-radius: 8px; border: 1px solid var(--line); background: none;
  color: inherit; cursor: pointer; } button:focus-visible, #strip button:focus-visible { outline: 3px solid var(--link); }
#yes { border-color: var(--yes); color: var(--yes); font-weight: 600; }
#no { border-color: var(--no); color: var(--no); font-weight: 600; }
.soft { color: var(--soft); font-size: .9rem; } kbd { font: .85em ui-monospace, monospace; border: 1px solid var(--line);
  border-radius: 4px; padding: 0 .3em; }
#strip { display: grid; grid-template-columns: repeat(auto-fill, minmax(3rem, 1fr)); gap: .35rem; margin-top: 1.5rem; }
#strip button { padding: 0; border-width: 3px; border-color: transparent; border-radius: 6px; line-height: 0; }
#strip img { width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 3px; }
#strip .yes { border-color: var(--yes); } #strip .no { border-color: var(--no); border-style: dashed; }
#strip [aria-current=true] { outline: 3px solid var(--link); }
)css";

constexpr std::string_view kScript = R"js(
"use strict";
const thumbs = [...document.querySelectorAll("#strip button")];
const questions = thumbs.map(thumb => ({...thumb.dataset, source: thumb.firstElementChild.src}));
const key = "scotoma-review-" + document.body.dataset.key;
const answers = new Map();
let at = 0;
const show = id => document.getElementById(id);
try {  // a browser may keep nothing for files
  for (const [i, answer] of JSON.parse(localStorage.getItem(key) || "[]")) if (questions[i]) answers.set(i, answer);
} catch (error) { answers.clear(); }
function keep() {
  try { localStorage.setItem(key, JSON.stringify([...answers])); } catch (error) { /* the table is still there */ }
}
function draw() {
  const question = questions[at];
  show("question").textContent = question.asks;
  show("image").src = question.source;
  show("count").textContent = `Image ${at + 1} of ${questions.length}; ${answers.size} answered`;
  thumbs.forEach((thumb, i) => {
    thumb.className = answers.get(i) || "";
    thumb.setAttribute("aria-current", i === at);
    thumb.setAttribute("aria-label", `Image ${i + 1}: ${answers.get(i) || "open"}`);
  });
}
function go(step) { at = Math.min(Math.max(at + step, 0), questions.length - 1); draw(); }
function answer(word) { answers.set(at, word); keep(); go(1); }
function table() {
  const rows = questions.map((question, i) => question.row + (answers.get(i) || ""));
  return [document.body.dataset.columns, ...rows, ""].join("\r\n");
}
function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([table()], {type: "text/csv"}));
  link.download = "review.csv";
  link.click();
}
show("yes").onclick = () => answer("yes");
show("no").onclick = () => answer("no");
show("back").onclick = () => go(-1);
show("skip").onclick = () => go(1);
show("save").onclick = save;
thumbs.forEach((thumb, i) => { thumb.onclick = () => { at = i; draw(); }; });
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const act = {y: () => answer("yes"), n: () => answer("no"), s: save, ArrowLeft: () => go(-1), ArrowRight: () => go(1)};
  if (Object.hasOwn(act, event.key)) { event.preventDefault(); act[event.key](); }
});
const open = questions.findIndex((_, i) => !answers.has(i));
at = open < 0 ? 0 : open;
show("work").hidden = false;
draw();
)js";

/// The line of the table is made here, where `--csv` makes it too: the page only adds the answer.
std::string thumb(const ReviewImage& image) {
  return fmt::format(
      "<button data-image=\"{}\" data-row=\"{}\" data-asks=\"Is {} in this image?\"><img alt=\"\" "
      "src=\"data:image/png;base64,{}\"></button>\n",
      escape_html(image.image), escape_html(unanswered({image.image, printable(image.label), printable(image.file)})),
      escape_html(printable(image.named)), base64(image.png));
}

}  // namespace

std::string review_page(const std::string& study, const std::vector<ReviewImage>& images) {
  Hasher asked;  // what the browser keeps is of these questions alone
  std::string strip;
  for (const ReviewImage& image : images) {
    asked.field(image.image).field(image.label);
    strip += thumb(image);
  }
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src "
      "'unsafe-inline'; script-src {}\">\n<title>Review of {} · Scotoma</title>\n<style>{}</style>\n</head>\n"
      "<body data-key=\"{}\" data-columns=\"{}\">\n<h1>{}</h1>\n<noscript><p>This page needs JavaScript. Without it, "
      "scotoma review --csv writes a table to fill in.</p></noscript>\n",
      script_source(kScript), escape_html(study), kStyle, asked.hex().substr(0, 16), kReviewColumns,
      escape_html(study));
  html +=
      "<main id=\"work\" hidden>\n<h2 id=\"question\" aria-live=\"polite\"></h2>\n<img id=\"image\" alt=\"The "
      "image in question\">\n<div class=\"buttons\">\n<button id=\"yes\">Yes <kbd>y</kbd></button><button id=\"no\">No "
      "<kbd>n</kbd></button><button id=\"back\">Back <kbd>←</kbd></button><button id=\"skip\">Later "
      "<kbd>→</kbd></button><button id=\"save\">Save answers <kbd>s</kbd></button>\n</div>\n"
      "<p class=\"soft\"><span id=\"count\"></span>. Where you cannot tell, say no: what nobody can see is not in the "
      "image. What is saved goes to <b>scotoma review --import review.csv</b>.</p>\n";
  return html + "<div id=\"strip\">\n" + strip + "</div>\n</main>\n<script>" + std::string(kScript) +
         "</script>\n</body>\n</html>\n";
}

}  // namespace scotoma
