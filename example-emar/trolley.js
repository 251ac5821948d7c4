// What Countersign has told appears at once: the parts that change are fetched anew, and what is being typed stays.
const source = new EventSource('/told');
let fetching = Promise.resolve();

async function refresh() {
	const response = await fetch(location.href);
	if (!response.ok) return;
	const fresh = new DOMParser().parseFromString(await response.text(), 'text/html');
	for (const part of document.querySelectorAll('[data-live]')) {
		const next = fresh.querySelector(`[data-live="${part.getAttribute('data-live')}"]`);
		if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
	}
}

source.addEventListener('message', () => {
	fetching = fetching.then(refresh, refresh);
});
for (const select of document.querySelectorAll('.people select'))
	select.addEventListener('change', () => select.closest('form')?.requestSubmit());
