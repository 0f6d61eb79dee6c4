/* Sorting by column: the page is complete without it. */
document.querySelectorAll('th[data-sort]').forEach(th => {
  const table = th.closest('table');
  const key = row => {
    const v = row.cells[th.cellIndex].dataset.v;
    return v ? Number(v) : NaN;
  };
  const sort = () => {
    const down = th.getAttribute('aria-sort') !== 'descending';
    table.querySelectorAll('th[aria-sort]').forEach(other => other.removeAttribute('aria-sort'));
    th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    const body = table.tBodies[0];
    Array.from(body.rows).sort((a, b) => {
      const x = key(a), y = key(b);
      if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y);
      return down ? y - x : x - y;
    }).forEach(row => body.appendChild(row));
  };
  th.tabIndex = 0;
  th.classList.add('sortable');
  th.addEventListener('click', sort);
  th.addEventListener('keydown', e => {
    if (e.key === 'Enter' || e.key === ' ') { e.preventDefault(); sort(); }
  });
});
