--- Vectors in three dimensions, as for places in the world.
--
-- `os.loadAPI` makes an API of this file's globals, so what is public here is global and the rest is local.

local expect = dofile("rom/modules/main/cc/expect.lua").expect

local Vector = { __name = "vector" }

local function isVector(value)
    return getmetatable(value) == Vector
end

local function newVector(x, y, z)
    return setmetatable({ x = x, y = y, z = z }, Vector)
end

-- `expect` is only asked where it is to raise, and right in the public function: it names the function that
-- asks.
local methods = {}
Vector.__index = methods

--- Adds a vector. `a + b` does the same.
function methods.add(self, other)
    if not isVector(self) then expect(1, self, "vector") end
    if not isVector(other) then expect(2, other, "vector") end
    return newVector(self.x + other.x, self.y + other.y, self.z + other.z)
end

--- Subtracts a vector. `a - b` does the same.
function methods.sub(self, other)
    if not isVector(self) then expect(1, self, "vector") end
    if not isVector(other) then expect(2, other, "vector") end
    return newVector(self.x - other.x, self.y - other.y, self.z - other.z)
end

--- Multiplies each component with a number. `a * 2` does the same.
function methods.mul(self, factor)
    if not isVector(self) then expect(1, self, "vector") end
    expect(2, factor, "number")
    return newVector(self.x * factor, self.y * factor, self.z * factor)
end

--- Divides each component by a number. `a / 2` does the same.
function methods.div(self, divisor)
    if not isVector(self) then expect(1, self, "vector") end
    expect(2, divisor, "number")
    return newVector(self.x / divisor, self.y / divisor, self.z / divisor)
end

--- Turns the vector around. `-a` does the same.
function methods.unm(self)
    if not isVector(self) then expect(1, self, "vector") end
    return newVector(-self.x, -self.y, -self.z)
end

--- The dot product.
function methods.dot(self, other)
    if not isVector(self) then expect(1, self, "vector") end
    if not isVector(other) then expect(2, other, "vector") end
    return self.x * other.x + self.y * other.y + self.z * other.z
end

--- The cross product.
function methods.cross(self, other)
    if not isVector(self) then expect(1, self, "vector") end
    if not isVector(other) then expect(2, other, "vector") end
    return newVector(
        self.y * other.z - self.z * other.y,
        self.z * other.x - self.x * other.z,
        self.x * other.y - self.y * other.x
    )
end

--- The length.
function methods.length(self)
    if not isVector(self) then expect(1, self, "vector") end
    return math.sqrt(methods.dot(self, self))
end

--- A vector of length 1 in the same direction.
function methods.normalize(self)
    if not isVector(self) then expect(1, self, "vector") end
    return methods.mul(self, 1 / methods.length(self))
end

--- Rounds each component to the nearest multiple of a number, 1 when left out.
function methods.round(self, tolerance)
    if not isVector(self) then expect(1, self, "vector") end
    expect(2, tolerance, "number", "nil")
    tolerance = tolerance or 1
    local function nearest(value)
        return math.floor((value + tolerance * 0.5) / tolerance) * tolerance
    end
    return newVector(nearest(self.x), nearest(self.y), nearest(self.z))
end

--- "x,y,z". `tostring` does the same.
function methods.tostring(self)
    if not isVector(self) then expect(1, self, "vector") end
    return table.concat({ self.x, self.y, self.z }, ",")
end

--- Tells whether all components are equal. `a == b` does the same.
function methods.equals(self, other)
    if not isVector(self) then expect(1, self, "vector") end
    if not isVector(other) then expect(2, other, "vector") end
    return self.x == other.x and self.y == other.y and self.z == other.z
end

Vector.__add, Vector.__sub, Vector.__mul, Vector.__div = methods.add, methods.sub, methods.mul, methods.div
Vector.__unm, Vector.__eq, Vector.__tostring = methods.unm, methods.equals, methods.tostring

--- Makes a vector.
---@param x? number 0 for anything that is not a number, as for the others
---@param y? number
---@param z? number
---@return table vector with fields `x`, `y` and `z`
function new(x, y, z)
    return newVector(tonumber(x) or 0, tonumber(y) or 0, tonumber(z) or 0)
end
