-- The words of a spec file, in busted's vocabulary, and the cases that they make.

local M = {}

local function withName(names, name)
	local longer = {}
	for _, one in ipairs(names) do
		longer[#longer + 1] = one
	end
	longer[#longer + 1] = name
	return longer
end

--- Makes the words for one spec file.
function M.createSuite()
	local cases = {}
	local block = { names = {}, before = {}, after = {} }
	local isClosed = false
	local function mustBeOpen(word)
		if isClosed then
			error(word .. " cannot stand inside of a case", 3)
		end
	end
	local function add(name, body)
		cases[#cases + 1] = {
			names = withName(block.names, name),
			block = block,
			body = body,
		}
	end
	return {
		cases = cases,
		close = function()
			isClosed = true
		end,
		vocabulary = {
			describe = function(name, body)
				mustBeOpen("describe")
				local outer = block
				block = {
					names = withName(outer.names, name),
					parent = outer,
					before = {},
					after = {},
				}
				body()
				block = outer
			end,
			it = function(name, body)
				mustBeOpen("it")
				add(name, body)
			end,
			pending = function(name)
				if isClosed then
					error({ pending = name or "" }, 0)
				end
				add(name or "pending")
			end,
			before_each = function(body)
				mustBeOpen("before_each")
				table.insert(block.before, body)
			end,
			after_each = function(body)
				mustBeOpen("after_each")
				table.insert(block.after, body)
			end,
		},
	}
end

return M
