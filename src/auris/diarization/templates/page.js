// Jumps, names and files of the page; nothing leaves it.
'use strict';

const player = document.querySelector('audio');
const blocks = [...document.querySelectorAll('[data-start]')];
const names = [...document.querySelectorAll('input[data-speaker]')];
const lines = [...document.querySelectorAll('.strip')];
let until = null;

function listen(start, stop) {
  if (!player) return;
  player.currentTime = start;
  until = stop;
  player.play();
}

function nameOf(speaker) {
  const field = names.find((input) => input.dataset.speaker === speaker);
  return (field.value.trim() || speaker).replace(/\s+/g, '_');
}

function showNames() {
  for (const place of document.querySelectorAll('[data-name]')) {
    place.textContent = nameOf(place.dataset.name);
  }
}

function formatTurn(turn) {
  const start = Number(turn.start);
  const duration = (Number(turn.stop) - start).toFixed(3);
  const file = document.body.dataset.recording;
  const who = nameOf(turn.speaker);
  return `SPEAKER ${file} 1 ${start.toFixed(3)} ${duration} <NA> <NA> ${who} <NA> <NA>\n`;
}

function saveRttm() {
  const rows = [...document.querySelectorAll('tr[data-start]')];
  const text = rows.map((row) => formatTurn(row.dataset)).join('');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = `${document.body.dataset.recording}.rttm`;
  link.click();
}

function moveCursor() {
  const time = player.currentTime;
  if (until !== null && time >= until) {
    player.pause();
    until = null;
  }
  for (const line of lines) {
    const place = (time - line.dataset.begin) / line.dataset.length;
    const cursor = line.querySelector('.cursor');
    cursor.hidden = place < 0 || place >= 1;
    cursor.style.left = `${100 * place}%`;
  }
}

for (const block of blocks) {
  block.addEventListener('click', () => listen(Number(block.dataset.start), Number(block.dataset.stop)));
}
for (const input of names) input.addEventListener('input', showNames);
document.querySelector('#save').addEventListener('click', saveRttm);
if (player) player.addEventListener('timeupdate', moveCursor);
