-- Sixteen requests in each write.
init = function()
  local requests = {}
  for i = 1, 16 do requests[i] = wrk.format(nil, "/plaintext") end
  batch = table.concat(requests)
end
request = function() return batch end
