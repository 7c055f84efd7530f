// The ballot is stored: what this phone remembered of it is forgotten.
try { localStorage.removeItem("ballot " + location.pathname.split("/")[2]) } catch (e) {}
