// Searching, and, where a node serves the page, showing the state of now every two seconds.
"use strict";
const search = document.getElementById("search");

function filter() {
	const wanted = search.value.trim();
	let shown = 0;
	for (const row of document.querySelectorAll("#accounts tbody tr")) {
		const fits = row.cells[1].textContent.includes(wanted);
		row.classList.toggle("hidden", !fits);
		shown += fits;
	}
	document.getElementById("found").textContent = wanted ? shown + " found" : "";
}
search.addEventListener("input", filter);

// "#alice" behind the address searches for alice.
search.value = decodeURIComponent(location.hash.slice(1));
filter();

async function refresh() {
	try {
		const answer = await fetch(location.href, { cache: "no-store" });
		if (answer.ok) {
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			for (const part of page.querySelectorAll("[data-live]")) {
				const old = document.querySelector('[data-live="' + part.dataset.live + '"]');
				const place = old.scrollTop;
				old.replaceWith(part);
				part.scrollTop = place;
			}
			filter();
			document.body.classList.remove("stale");
		}
	} catch (error) {
		document.body.classList.add("stale");
	}
}
if (location.protocol.startsWith("http"))
	setInterval(refresh, 2000);
