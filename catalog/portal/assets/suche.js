// Searches window.ALLMENDE (index.js) in the browser. Classic script: works from a folder. Writes text, never HTML.
(function () {
  "use strict";
  var rows = window.ALLMENDE || [];
  var form = document.getElementById("suche");
  if (!form) { return; }
  var input = document.getElementById("q");
  var hits = document.getElementById("treffer");
  var list = document.getElementById("liste");
  var count = document.getElementById("anzahl");
  var more = document.getElementById("mehr");
  var rest = document.getElementById("ruhe");
  var facets = Array.prototype.slice.call(form.querySelectorAll("[data-facet]"));
  var column = { theme: 4, standard: 3, format: 5 };
  var PAGE = 30, found = [], shown = 0;

  function fold(text) {
    return String(text).toLowerCase().replace(/ä/g, "ae").replace(/ö/g, "oe").replace(/ü/g, "ue").replace(/ß/g, "ss")
      .normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[^a-z0-9]+/g, " ").trim();
  }
  // title, publisher, standard, theme, formats, text: what a hit there is worth
  var parts = [[1, 8], [2, 6], [3, 4], [4, 3], [5, 2], [7, 1]];
  var prepared = rows.map(function (row) {
    return parts.map(function (p) { return " " + fold([].concat(row[p[0]]).join(" ")); });
  });

  function score(index, words) {
    var total = 0;
    for (var w = 0; w < words.length; w++) {
      var best = 0;
      for (var p = 0; p < parts.length; p++) {
        var text = prepared[index][p], at = text.indexOf(" " + words[w]);
        if (at >= 0) {
          var whole = text.charAt(at + 1 + words[w].length);
          best = Math.max(best, parts[p][1] * (whole === "" || whole === " " ? 2 : 1));
        } else if (words[w].length > 3 && text.indexOf(words[w]) >= 0) {
          best = Math.max(best, parts[p][1] / 2);
        }
      }
      if (!best) { return 0; }
      total += best;
    }
    return total + rows[index][9];
  }

  function element(name, text, style) {
    var node = document.createElement(name);
    if (text) { node.textContent = text; }
    if (style) { node.className = style; }
    return node;
  }
  function card(row) {
    var item = element("li", "", "card"), title = element("h3"), link = element("a", row[1]);
    link.href = row[0];
    title.appendChild(link);
    var meta = element("p", "", "meta");
    var owner = meta.appendChild(element("span", row[9] ? "" : row[2], "owner"));
    if (row[9]) { owner.appendChild(element("span", "landesweit", "tag")); }
    meta.appendChild(element("span", row[6].toLocaleString("de-DE") + (row[6] === 1 ? " Zeile" : " Zeilen"), "fact"));
    meta.appendChild(element("span", row[5].join(", "), "formats"));
    item.appendChild(title);
    item.appendChild(meta);
    if (row[8]) { item.appendChild(element("span", "Erfundene Beispieldaten", "demo")); }
    return item;
  }
  function show() {
    found.slice(shown, shown + PAGE).forEach(function (i) { list.appendChild(card(rows[i])); });
    shown += PAGE;
    more.hidden = shown >= found.length;
  }
  function search() {
    var words = fold(input.value).split(" ").filter(Boolean);
    var wanted = facets.filter(function (f) { return f.value; });
    var active = words.length > 0 || wanted.length > 0;
    hits.hidden = !active;
    rest.hidden = active;
    list.textContent = "";
    if (!active) { return; }
    var scored = [];
    for (var i = 0; i < rows.length; i++) {
      var fits = wanted.every(function (f) { return [].concat(rows[i][column[f.dataset.facet]]).indexOf(f.value) >= 0; });
      var points = fits ? (words.length ? score(i, words) : 1 + rows[i][9]) : 0;
      if (points) { scored.push([points, i]); }
    }
    scored.sort(function (a, b) { return b[0] - a[0] || rows[a[1]][1].localeCompare(rows[b[1]][1], "de"); });
    found = scored.map(function (s) { return s[1]; });
    shown = 0;
    count.textContent = found.length === 0 ? "Nichts gefunden. Versuchen Sie ein anderes Wort." :
      found.length === 1 ? "1 Datensatz gefunden" : found.length.toLocaleString("de-DE") + " Datensätze gefunden";
    show();
  }

  facets.forEach(function (select) {
    var values = {};
    rows.forEach(function (row) { [].concat(row[column[select.dataset.facet]]).forEach(function (v) { values[v] = 1; }); });
    Object.keys(values).sort(function (a, b) { return a.localeCompare(b, "de"); }).forEach(function (v) {
      var option = element("option", v);
      option.value = v;
      select.appendChild(option);
    });
    select.addEventListener("change", search);
  });
  function keep() {
    var q = input.value.trim();
    try { history.replaceState(null, "", q ? "#q=" + encodeURIComponent(q) : location.pathname); } catch (e) { /* folder */ }
  }
  form.hidden = false;
  form.addEventListener("submit", function (event) { event.preventDefault(); search(); keep(); });
  input.addEventListener("input", search);
  input.addEventListener("change", keep);
  more.addEventListener("click", show);
  var start = /[#&?]q=([^&]*)/.exec(location.hash || location.search);
  if (start) {
    try { input.value = decodeURIComponent(start[1].replace(/\+/g, " ")); } catch (e) { input.value = ""; }
  }
  search();
}());
