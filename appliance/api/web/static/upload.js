// Sends a message with its files, says how far it is, and can be stopped.

const csrf = document.querySelector('meta[name="csrf"]').content;
const STUCK_MS = 5000;
const underWay = new Map(); // when each moved last

/** An answer like that of `fetch`; null where there was none. `bar` shows how far it is. */
export function upload(address, values, files, { bar, cancel }) {
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) body.append(name, value);
  for (const file of files) body.append("file", file, file.name);
  const request = new XMLHttpRequest();
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = loaded / total;
    underWay.set(request, Date.now());
  };
  bar.hidden = cancel.hidden = false;
  let stopped = false;
  cancel.onclick = () => {
    stopped = true;
    request.abort();
  };
  underWay.set(request, Date.now());
  return new Promise((resolve) => {
    request.onloadend = () => {
      underWay.delete(request);
      bar.hidden = cancel.hidden = true;
      resolve(request.status ? answered(request) : { ok: false, stopped });
    };
    request.open("POST", address);
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Current-URL", location.href);
    request.send(body);
  });
}

function answered(request) {
  return {
    ok: request.status < 300,
    status: request.status,
    text: async () => request.responseText,
    headers: { get: (name) => request.getResponseHeader(name) },
  };
}

// One that is stuck on a connection that is gone fails, and its message is tried again.
document.addEventListener("balie:back", () => {
  for (const [request, movedAt] of underWay) if (Date.now() - movedAt > STUCK_MS) request.abort();
});

addEventListener("beforeunload", (event) => {
  if (underWay.size) event.preventDefault();
});
