/* Places on a graticule. All data come from this server; texts of the data enter the page as text, never as HTML. */
(function () {
  "use strict";

  var PAGE = 32000; // CKAN gives no more in one answer
  var POINTS_MAX = 100000;
  var STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
  var OWNER = "gemeinde"; // the column of statewide tables that says whose a row is
  var NAMES_MAX = 80;
  var BAVARIA = [[47.27, 8.97], [50.57, 13.84]];

  var columns = "_id,lat,lon";

  var box = document.getElementById("da-map");
  var note = document.getElementById("da-map-note");
  var number = new Intl.NumberFormat("de-DE");

  var map = L.map(box, { preferCanvas: true, zoomSnap: 0.25, minZoom: 4, maxZoom: 19, zoomControl: false });
  L.control.zoom({ zoomInTitle: "Näher heran", zoomOutTitle: "Weiter weg" }).addTo(map);
  L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);
  window.daMap = map; // for scripts of the portal, and for tests
  map.fitBounds(BAVARIA);
  map.createPane("grid").style.zIndex = 350; // below the points
  map.getPane("grid").style.pointerEvents = "none";
  var below = L.canvas({ pane: "grid" });
  var grid = L.layerGroup().addTo(map);
  map.on("moveend", drawGrid);

  function drawGrid() {
    var seen = map.getBounds(), width = seen.getEast() - seen.getWest();
    var step = STEPS.find(function (s) { return width / s <= 7; }) || 10;
    var digits = Math.max(0, Math.ceil(-Math.log10(step)));
    var line = { color: "#cdd5c8", weight: 1, interactive: false, renderer: below };
    grid.clearLayers();
    for (var i = Math.ceil(seen.getWest() / step); i * step <= seen.getEast(); i++) {
      L.polyline([[seen.getSouth() - 1, i * step], [seen.getNorth() + 1, i * step]], line).addTo(grid);
      label([seen.getSouth(), i * step], degrees(i * step, digits, "O", "W"), [-4, 18]);
    }
    for (var j = Math.ceil(seen.getSouth() / step); j * step <= seen.getNorth(); j++) {
      L.polyline([[j * step, seen.getWest() - 1], [j * step, seen.getEast() + 1]], line).addTo(grid);
      label([j * step, seen.getEast()], degrees(j * step, digits, "N", "S"), [62, 16]);
    }
  }

  function label(at, text, anchor) {
    L.marker(at, {
      interactive: false, keyboard: false, pane: "grid",
      icon: L.divIcon({ className: "da-map-grid", html: text, iconSize: null, iconAnchor: anchor })
    }).addTo(grid);
  }

  function degrees(value, digits, plus, minus) {
    return Math.abs(value).toFixed(digits).replace(".", ",") + "° " + (value < 0 ? minus : plus);
  }

  function dot(lat, lon, many) {
    return L.circleMarker([lat, lon], {
      radius: many > 5000 ? 2.5 : many > 500 ? 4 : 6,
      weight: many > 5000 ? 0 : 1, color: "#ffffff", fillColor: "#1d5d2c", fillOpacity: many > 5000 ? 0.55 : 0.85
    });
  }

  function isPlace(lat, lon) {
    return typeof lat === "number" && typeof lon === "number" && Math.abs(lat) <= 90 && Math.abs(lon) <= 180;
  }

  function facts(pairs) {
    var list = document.createElement("dl");
    list.className = "da-map-row";
    pairs.forEach(function (pair) {
      if (pair[1] === null || pair[1] === undefined || pair[1] === "") { return; }
      var name = document.createElement("dt"), value = document.createElement("dd");
      name.textContent = pair[0];
      value.textContent = typeof pair[1] === "number" ? pair[1].toLocaleString("de-DE", { useGrouping: false, maximumFractionDigits: 7 })
        : pair[1] === true ? "ja" : pair[1] === false ? "nein" : String(pair[1]);
      list.append(name, value);
    });
    return list;
  }

  function show(markers, without, total) {
    if (!markers.length) {
      note.textContent = "Keine Zeile hat einen Ort auf der Karte.";
    } else {
      map.fitBounds(L.featureGroup(markers).addTo(map).getBounds(), { padding: [30, 30], maxZoom: 16 });
      note.textContent = number.format(markers.length) + (markers.length === 1 ? " Ort" : " Orte")
        + (without ? ", " + number.format(without) + " Zeilen ohne Ort" : "")
        + (total > markers.length + without ? " (von " + number.format(total) + " Zeilen die ersten)" : "")
        + ". Ein Klick auf einen Punkt zeigt seine Angaben.";
    }
    box.dataset.points = String(markers.length);
  }

  function search(parameters) {
    return fetch(box.dataset.api + "?" + new URLSearchParams(parameters), { credentials: "same-origin" })
      .then(function (answer) { return answer.json(); })
      .then(function (answer) {
        if (!answer.success) { throw new Error(JSON.stringify(answer.error)); }
        return answer.result;
      });
  }

  function readTable(rows, after) {
    var page = { resource_id: box.dataset.table, fields: columns, limit: PAGE, sort: "_id" };
    if (after) { page.filters = JSON.stringify({ _id: { gt: after } }); page.include_total = "false"; }
    return search(page).then(function (result) {
      rows.total = rows.total || result.total;
      result.records.forEach(function (row) { rows.push(row); });
      var is_last = result.records.length < PAGE || rows.length >= POINTS_MAX;
      return is_last ? rows : readTable(rows, result.records[result.records.length - 1]._id);
    });
  }

  function nameOwners(placed) {
    var groups = new Map();
    placed.forEach(function (row) {
      if (!row[OWNER]) { return; }
      var group = groups.get(row[OWNER]) || { n: 0, lat: -90, lon: 0 };
      groups.set(row[OWNER], { n: group.n + 1, lat: Math.max(group.lat, row.lat), lon: group.lon + row.lon });
    });
    if (groups.size > NAMES_MAX) { return; }
    groups.forEach(function (group, name) {
      var text = document.createElement("span");
      text.textContent = name;
      L.marker([group.lat, group.lon / group.n], {
        interactive: false, keyboard: false,
        icon: L.divIcon({ className: "da-map-name", html: text, iconSize: null, iconAnchor: [0, 24] })
      }).addTo(map);
    });
  }

  function fromTable() {
    return search({ resource_id: box.dataset.table, limit: 0, include_total: "false" }).then(function (empty) {
      columns = empty.fields.some(function (field) { return field.id === OWNER; }) ? columns + "," + OWNER : columns;
      return readTable([]);
    }).then(function (rows) {
      var placed = rows.filter(function (row) { return isPlace(row.lat, row.lon); });
      var markers = placed.map(function (row) {
        return dot(row.lat, row.lon, placed.length).on("click", function () { openRow(row); });
      });
      show(markers, rows.length - placed.length, rows.total);
      nameOwners(placed);
    });
  }

  function openRow(row) {
    search({ resource_id: box.dataset.table, filters: JSON.stringify({ _id: row._id }), include_total: "false" })
      .then(function (result) {
        var pairs = result.fields.filter(function (field) { return field.id !== "_id"; }).map(function (field) {
          return [(field.info && field.info.label) || field.id, result.records[0][field.id]];
        });
        L.popup({ maxWidth: 420 }).setLatLng([row.lat, row.lon]).setContent(facts(pairs)).openOn(map);
      });
  }

  function fromFile() {
    return fetch(box.dataset.file, { credentials: "same-origin" })
      .then(function (answer) {
        if (!answer.ok) { throw new Error(String(answer.status)); }
        return answer.json();
      })
      .then(function (collection) {
        var markers = [], without = 0;
        collection.features.forEach(function (feature) {
          var geometry = feature.geometry;
          if (!geometry) { without += 1; return; }
          var pairs = Object.entries(feature.properties || {});
          if (geometry.type === "Point") {
            markers.push(dot(geometry.coordinates[1], geometry.coordinates[0], collection.features.length)
              .bindPopup(function () { return facts(pairs); }, { maxWidth: 420 }));
          } else {
            markers.push(L.geoJSON(feature, { style: { color: "#1d5d2c", weight: 2 } })
              .bindPopup(function () { return facts(pairs); }, { maxWidth: 420 }));
          }
        });
        show(markers, without, collection.features.length);
      });
  }

  (box.dataset.table ? fromTable() : fromFile()).catch(function () {
    note.textContent = "Die Orte können gerade nicht geladen werden. Bitte später noch einmal versuchen oder die Datei herunterladen.";
    box.dataset.points = "error";
  });
})();
