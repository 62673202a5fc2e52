-- Run by neovim_test.py in a headless Neovim: opens a runbook with the server at $CFKOPS_BINARY behind
-- it, and writes what the editor came to know to $CFKOPS_SEEN.
local seen = {}
local runbook = os.getenv("CFKOPS_RUNBOOK")

local function wait(what, condition)
  if not vim.wait(15000, condition, 20) then
    error("waited in vain for " .. what)
  end
end

local function diagnostics()
  local list = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    local lsp = diagnostic.user_data and diagnostic.user_data.lsp or {}
    table.insert(list, {
      line = diagnostic.lnum, from = diagnostic.col, to = diagnostic.end_col, message = diagnostic.message,
      severity = diagnostic.severity, code = diagnostic.code or lsp.code,
    })
  end
  return list
end

local function ask(method, line, column)
  vim.api.nvim_win_set_cursor(0, { line + 1, column })
  local answers = vim.lsp.buf_request_sync(0, method, vim.lsp.util.make_position_params(), 15000)
  for _, answer in pairs(answers or {}) do
    return answer.result
  end
end

-- The line and column of the first place of a text.
local function find(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    local at = line:find(text, 1, true)
    if at then
      return number - 1, at - 1
    end
  end
  error("no " .. text)
end

local function main()
  vim.cmd("edit " .. vim.fn.fnameescape(runbook))
  local ended
  local client = vim.lsp.start_client({
    name = "cfkops",
    cmd = { os.getenv("CFKOPS_BINARY"), "lsp" },
    root_dir = vim.fn.getcwd(),
    on_exit = function(code, signal)
      ended = { code = code, signal = signal }
    end,
  })
  vim.lsp.buf_attach_client(0, client)
  wait("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
  seen.diagnostics = diagnostics()

  -- The mistake is mended as a person does it; the editor sends the change of those letters.
  local line, column = find("timout")
  vim.api.nvim_buf_set_text(0, line, column, line, column + 6, { "timeout" })
  wait("the diagnostics to go", function() return #vim.diagnostic.get(0) == 0 end)

  line, column = find("timeout")
  seen.hover = ask("textDocument/hover", line, column + 1).contents.value
  line, column = find("params.settle")
  seen.definition = ask("textDocument/definition", line, column + 9).range
  seen.declared = { line = find("settle:") }
  seen.completion = {}
  for _, item in ipairs(ask("textDocument/completion", line, column + 7).items) do
    table.insert(seen.completion, item.label)
  end

  -- A new step, half typed: nothing can be loaded any more.
  local last = vim.api.nvim_buf_line_count(0)
  vim.api.nvim_buf_set_lines(0, last, last, true, { "  - id: new", "    do: \"kafka.", "" })
  wait("diagnostics again", function() return #vim.diagnostic.get(0) > 0 end)
  seen.actions = {}
  for _, item in ipairs(ask("textDocument/completion", last + 1, 15).items) do
    table.insert(seen.actions, item.label)
  end

  vim.lsp.stop_client(client)
  wait("the server to end", function() return ended ~= nil end)
  seen.ended = ended
end

local fine, why = pcall(main)
seen.problem = not fine and tostring(why) or ""
local file = assert(io.open(os.getenv("CFKOPS_SEEN"), "w"))
file:write(vim.fn.json_encode(seen))
file:close()
vim.cmd("qall!")
